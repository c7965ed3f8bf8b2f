"""The recognizer process: decodes the segments of several speakers in turns.

pocketsphinx holds Python's interpreter lock while it decodes, so it has a process of its own.
Each segment has a decoder; the process decodes a slice of one segment, then of the next, so
that a long backlog of one speaker does not hold up another.

Started by `agent.stt.recognizer`, never by hand: forked from a process that has the models
already (`agent.stt.forked`), or as `python -m agent.stt.pocketsphinx_process FD`.
"""

import math
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pocketsphinx

from agent.stt.framing import Kind, Message, MessageBuffer, with_json

SAMPLE_RATE_HZ: Final = 16000
SLICE_BYTES: Final = SAMPLE_RATE_HZ // 10 * 2
"""100 ms of audio: the longest that one segment keeps the others waiting."""
INTERIM_EVERY_BYTES: Final = SAMPLE_RATE_HZ // 5 * 2
"""200 ms of audio between two interims of a segment."""
NEW_VOICE_BYTES: Final = SAMPLE_RATE_HZ * 3 // 2 * 2
"""1.5 s of audio: what a voice not heard before is learned from. The beginning is decoded again
with the means of this: in the lab's calls 6.3 % of the words of such voices are wrong, not 7.8.
What ends sooner is decoded again when it has ended: its final comes some 0.2 s later."""
INTERIM_BACKLOG_BYTES: Final = SAMPLE_RATE_HZ * 2
"""With more than a second of audio waiting, interims are left out: finals come first."""

DECODERS_PER_PROCESS: Final = 2
"""Segments that a process decodes at once without loading another model first."""

WORD_WEIGHT: Final = 100.0
"""How many times as probable as a word of no context a word of the playbook is."""
EXPECTED_ENOUGH: Final = -12.0
"""A word that the language model expects with this natural logarithm or more stays as it is."""

DECODER_OPTIONS: Final[dict[str, Any]] = {
    "samprate": float(SAMPLE_RATE_HZ),
    "loglevel": "FATAL",
    # The second pass over a whole segment would cost 20 ms for each second of it when everybody
    # waits for the final; scoring more densities in the first pass is as exact, while one speaks.
    "fwdflat": False,
    "topn": 8,
    # A sixth of the hypotheses that it takes on by default: a third less work, and over the lab's
    # calls (7 minutes) as many words wrong, 6.5 %. With 3000 it is 6.7 %.
    "maxhmmpf": 5000,
    # How many words may end in one frame. Where many talk at once no path is much better than the
    # others, and the search for the best one held up the final of 12 s of it by 1.7 s without this,
    # by 0.04 with it. As many words are wrong; with 10 more are.
    "maxwpf": 30,
    # Where the cepstral means begin for a voice not heard before, until it is learned.
    "cmninit": "53,3,13,17",
}

# pocketsphinx counts probabilities in powers of this.
_LN_OF_BASE: Final = math.log(1.0001)
_ADDED: Final = "+"


@dataclass(slots=True)
class _OpenSegment:
    decoder: Any
    beginning: bytearray | None
    """What was decoded so far, as long as the voice is to be learned; None: it is known."""
    waiting: deque[bytes] = field(default_factory=deque)
    waiting_bytes: int = 0
    ended: bool = False
    since_interim_bytes: int = 0
    decode_seconds: float = 0.0


class RecognizerProcess:
    """Reads messages from a socket, decodes, and answers on the same socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = MessageBuffer()
        self._segments: dict[int, _OpenSegment] = {}
        preload_decoders(DECODERS_PER_PROCESS)
        self._free = list(_preloaded)
        self._words: dict[str, list[str]] = {}
        self._first_cmn: str = self._free[0].get_cmn(False)

    def run(self) -> None:
        """Work until the other end closes the socket."""
        self._send(with_json(Kind.READY, 0, pid=os.getpid()))
        while self._receive(block=not self._has_work()):
            for number in list(self._segments):
                self._advance(number)

    def _has_work(self) -> bool:
        return any(segment.waiting or segment.ended for segment in self._segments.values())

    def _receive(self, *, block: bool) -> bool:
        """Take in what has arrived; False when the agent has gone."""
        while select.select([self._connection], [], [], None if block else 0)[0]:
            block = False
            received = self._connection.recv(1 << 16)
            if not received:
                return False
            for message in self._received.feed(received):
                self._take(message)
        return True

    def _take(self, message: Message) -> None:
        if message.kind is Kind.WORDS:
            self._words = message.json()["words"]
            for decoder in self._free:
                expect_words(decoder, self._words)
            return
        if message.kind is Kind.START:
            decoder = self._free.pop() if self._free else self._another_decoder()
            # A decoder that was used before still has the means of another speaker.
            cmn = message.json()["cmn"]
            decoder.set_cmn(cmn or self._first_cmn)
            decoder.start_utt()
            self._segments[message.segment] = _OpenSegment(decoder, None if cmn else bytearray())
            return
        segment = self._segments.get(message.segment)
        if segment is None:
            return  # cancelled before; its audio was still under way
        if message.kind is Kind.AUDIO:
            segment.waiting.extend(_slices(message.body))
            segment.waiting_bytes += len(message.body)
        elif message.kind is Kind.END:
            segment.ended = True
        elif message.kind is Kind.CANCEL:
            segment.decoder.end_utt()
            self._release(message.segment)

    def _another_decoder(self) -> Any:
        decoder = _make_decoder()
        expect_words(decoder, self._words)
        return decoder

    def _advance(self, number: int) -> None:
        segment = self._segments[number]
        started = time.perf_counter()
        audio = self._next_slice(segment)
        if audio:
            segment.decoder.process_raw(audio, no_search=False, full_utt=False)
            if segment.beginning is not None:
                segment.beginning += audio
            self._interim(number, segment, len(audio))
        is_over = segment.ended and not segment.waiting
        begins_again = segment.beginning and (is_over or len(segment.beginning) >= NEW_VOICE_BYTES)
        if begins_again:
            self._begin_again(segment)
        segment.decode_seconds += time.perf_counter() - started
        if is_over and not begins_again:
            self._finish(number, segment)

    @staticmethod
    def _begin_again(segment: _OpenSegment) -> None:
        """Have the beginning decoded once more, with the means of the voice in it."""
        beginning, segment.beginning = bytes(segment.beginning or b""), None
        learned = segment.decoder.get_cmn(True)
        segment.decoder.end_utt()
        segment.decoder.set_cmn(learned)
        segment.decoder.start_utt()
        segment.waiting.extendleft(reversed(_slices(beginning)))
        segment.waiting_bytes += len(beginning)
        # What was shown of it stands until there is more.
        segment.since_interim_bytes -= len(beginning)

    @staticmethod
    def _next_slice(segment: _OpenSegment) -> bytes:
        taken: list[bytes] = []
        size = 0
        while segment.waiting and size < SLICE_BYTES:
            taken.append(segment.waiting.popleft())
            size += len(taken[-1])
        segment.waiting_bytes -= size
        return b"".join(taken)

    def _interim(self, number: int, segment: _OpenSegment, decoded_bytes: int) -> None:
        segment.since_interim_bytes += decoded_bytes
        late = segment.waiting_bytes > INTERIM_BACKLOG_BYTES
        if segment.ended or late or segment.since_interim_bytes < INTERIM_EVERY_BYTES:
            return
        segment.since_interim_bytes = 0
        text = _hypothesis(segment.decoder)
        if text:  # also when it is the same as before: the person still speaks
            self._send(Message(Kind.INTERIM, number, text.encode()))

    def _finish(self, number: int, segment: _OpenSegment) -> None:
        started = time.perf_counter()
        decoder = segment.decoder
        decoder.end_utt()
        text = _hypothesis(decoder)
        seconds = segment.decode_seconds + time.perf_counter() - started
        self._send(
            with_json(
                Kind.FINAL, number, text=text, cmn=decoder.get_cmn(False), decode_seconds=seconds
            )
        )
        self._release(number)

    def _release(self, number: int) -> None:
        decoder = self._segments.pop(number).decoder
        expect_words(decoder, self._words)  # those that came meanwhile
        self._free.append(decoder)

    def _send(self, message: Message) -> None:
        self._connection.sendall(message.encode())


def _slices(audio: bytes) -> list[bytes]:
    return [audio[start : start + SLICE_BYTES] for start in range(0, len(audio), SLICE_BYTES)]


def _make_decoder() -> Any:
    return pocketsphinx.Decoder(**DECODER_OPTIONS)


def expect_words(decoder: Any, words: Mapping[str, list[str]]) -> None:
    """Make a decoder hear words that it does not know, or hardly expects.

    Args:
        decoder: a `pocketsphinx.Decoder` that is not at a segment; it cannot be undone. It
            builds its search anew: 0.1 s, and 45 MB that a fork no longer shares. Nothing of
            this for words that were added before.
        words: each with the ways to say it, as texts of phones.
    """
    language_model = decoder.get_lm(decoder.current_search())

    def is_expected(word: str) -> bool:
        return bool(language_model.prob([word]) * _LN_OF_BASE >= EXPECTED_ENOUGH)

    to_add = [
        (word, ways)
        for word, ways in words.items()
        if not is_expected(word.lower()) and not is_expected(word + _ADDED)
    ]
    entries: list[tuple[str, str]] = []
    for word, ways in to_add:
        # The model would give a new word the weight 1; one that it has keeps what it has. With
        # the mark it is a word of its own beside the one that the dictionary may have.
        language_model.add_word(word + _ADDED, WORD_WEIGHT)
        for number, phones in enumerate(ways, 1):
            entries.append((word + _ADDED + (f"({number})" if number > 1 else ""), phones))
    for place, (entry, phones) in enumerate(entries, 1):
        # The search is built anew only once, with the last.
        decoder.add_word(entry, phones, place == len(entries))


def _hypothesis(decoder: Any) -> str:
    hypothesis = decoder.hyp()
    return hypothesis.hypstr.replace(_ADDED, "") if hypothesis else ""


_preloaded: list[Any] = []


def preload_decoders(count: int) -> None:
    """Load so many decoders (100 MB and half a second each), for the processes forked later."""
    while len(_preloaded) < count:
        _preloaded.append(_make_decoder())


def expect_words_in_preloaded(words: Mapping[str, list[str]]) -> None:
    """Make the decoders that were loaded here hear these words, in all forks that come."""
    for decoder in _preloaded:
        expect_words(decoder, words)


def preloaded_language_model() -> Any | None:
    """Return the language model of a decoder that was loaded here, None if there is none."""
    if not _preloaded:
        return None
    return _preloaded[0].get_lm(_preloaded[0].current_search())


def serve(connection: socket.socket) -> None:
    """Recognize until the other end of the socket is closed."""
    # Ctrl-C in a terminal reaches every process of the group; the agent decides when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with connection:
        try:
            RecognizerProcess(connection).run()
        except (BrokenPipeError, ConnectionResetError):
            return


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
