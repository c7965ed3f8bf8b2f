"""The recognizer process: decodes the segments of several speakers in turns.

pocketsphinx holds Python's interpreter lock while it decodes, so it has a process of its own.
Each segment has a decoder; the process decodes a slice of one segment, then of the next, so
that a long backlog of one speaker does not hold up another.

Started by `agent.stt.recognizer`, never by hand: forked from a job process that has the models
already, or as `python -m agent.stt.pocketsphinx_process FD`.
"""

import select
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

import pocketsphinx

from agent.stt.framing import Kind, Message, MessageBuffer, with_json

SAMPLE_RATE_HZ: Final = 16000
SLICE_BYTES: Final = SAMPLE_RATE_HZ // 10 * 2
"""100 ms of audio: the longest that one segment keeps the others waiting."""
INTERIM_EVERY_BYTES: Final = SAMPLE_RATE_HZ // 5 * 2
"""200 ms of audio between two interims of a segment."""
INTERIM_BACKLOG_BYTES: Final = SAMPLE_RATE_HZ * 2
"""With more than a second of audio waiting, interims are left out: finals come first."""

DECODERS_PER_PROCESS: Final = 2
"""Segments that a process decodes at once without loading another model first."""

DECODER_OPTIONS: Final[dict[str, Any]] = {
    "samprate": float(SAMPLE_RATE_HZ),
    "loglevel": "FATAL",
    # The second pass over a whole segment would cost 20 ms for each second of it when everybody
    # waits for the final; scoring more densities in the first pass is as exact, while one speaks.
    "fwdflat": False,
    "topn": 8,
    # Where the cepstral means begin for a voice not heard before; they follow the voice after.
    "cmninit": "53,3,13,17",
}


@dataclass(slots=True)
class _OpenSegment:
    decoder: Any
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
        self._first_cmn: str = self._free[0].get_cmn(False)

    def run(self) -> None:
        """Work until the other end closes the socket."""
        self._send(Message(Kind.READY, 0))
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
        if message.kind is Kind.START:
            decoder = self._free.pop() if self._free else _make_decoder()
            # A decoder that was used before still has the means of another speaker.
            decoder.set_cmn(message.json()["cmn"] or self._first_cmn)
            decoder.start_utt()
            self._segments[message.segment] = _OpenSegment(decoder)
            return
        segment = self._segments.get(message.segment)
        if segment is None:
            return  # cancelled before; its audio was still under way
        if message.kind is Kind.AUDIO:
            for start in range(0, len(message.body), SLICE_BYTES):
                segment.waiting.append(message.body[start : start + SLICE_BYTES])
            segment.waiting_bytes += len(message.body)
        elif message.kind is Kind.END:
            segment.ended = True
        elif message.kind is Kind.CANCEL:
            segment.decoder.end_utt()
            self._free.append(segment.decoder)
            del self._segments[message.segment]

    def _advance(self, number: int) -> None:
        segment = self._segments[number]
        started = time.perf_counter()
        audio = self._next_slice(segment)
        if audio:
            segment.decoder.process_raw(audio, no_search=False, full_utt=False)
            self._interim(number, segment, len(audio))
        segment.decode_seconds += time.perf_counter() - started
        if segment.ended and not segment.waiting:
            self._finish(number, segment)

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
        self._free.append(decoder)
        del self._segments[number]

    def _send(self, message: Message) -> None:
        self._connection.sendall(message.encode())


def _make_decoder() -> Any:
    return pocketsphinx.Decoder(**DECODER_OPTIONS)


def _hypothesis(decoder: Any) -> str:
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis else ""


_preloaded: list[Any] = []


def preload_decoders(count: int) -> None:
    """Load so many decoders (100 MB and half a second each), for the processes forked later."""
    while len(_preloaded) < count:
        _preloaded.append(_make_decoder())


def are_decoders_preloaded() -> bool:
    """Tell whether a fork of this process can recognize at once."""
    return len(_preloaded) >= DECODERS_PER_PROCESS


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
