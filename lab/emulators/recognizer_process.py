"""The emulators' recognizer: a question on each line of stdin, its answer on a line of stdout.

Question: {"segment": int, "cmn": str | null, "audio": base64, "whole": bool, "end": bool}; `whole`
says that this audio is the segment from its beginning to its end.
Answer: {"text": str, "cmn": str}.
Started by `lab.emulators.recognition`, never by hand; ends with its stdin.
"""

import base64
import json
import signal
import sys
from dataclasses import dataclass
from typing import Any, Final

import pocketsphinx

OPTIONS: Final[dict[str, Any]] = {
    "samprate": 16000.0,
    "loglevel": "FATAL",
    "fwdflat": False,
    "cmninit": "53,3,13,17",
    # With half of it a first voice is heard as well mostly, and now and then much worse.
    "topn": 8,
    "maxhmmpf": 5000,
    # Babble costs less than half of what it did without this, and the end of its segment a tenth:
    # an emulator that falls behind fails calls which the agent has heard well.
    "maxwpf": 30,
}
WHOLE_OPTIONS: Final[dict[str, Any]] = OPTIONS | {
    # All of it is there: so are its cepstral means, and time for a second pass. On the way of the
    # lab's calls (Opus, speech gate) 5.5 % of the words are wrong, without these 7.8 %.
    "cmn": "batch",
    "fwdflat": True,
}
NEW_VOICE_BYTES: Final = 16000 * 3 // 2 * 2
"""1.5 s of audio, from which a voice is learned; they are decoded again then."""


@dataclass(slots=True)
class _Segment:
    decoder: Any
    beginning: bytes | None
    """As long as the voice is to be learned; None: it is known."""


class Decoders:
    """One decoder for each open segment; those of segments that are over serve again."""

    def __init__(self) -> None:
        self._free = [pocketsphinx.Decoder(**OPTIONS)]
        self._first_cmn: str = self._free[0].get_cmn(False)
        self._open: dict[int, _Segment] = {}
        self._for_whole: Any = None
        """Loaded when it is needed first: most calls are heard live only."""

    def answer(self, question: dict[str, Any]) -> dict[str, str]:
        """Decode what a question brings; return its answer."""
        audio = base64.b64decode(question["audio"])
        decode = self._whole if question["whole"] else self._piece
        decoder = decode(question, audio)
        hypothesis = decoder.hyp()
        text = hypothesis.hypstr if hypothesis else ""
        return {"text": text, "cmn": decoder.get_cmn(False)}

    def _whole(self, _: dict[str, Any], audio: bytes) -> Any:
        decoder = self._for_whole = self._for_whole or pocketsphinx.Decoder(**WHOLE_OPTIONS)
        decoder.start_utt()
        if audio:
            decoder.process_raw(audio, no_search=False, full_utt=True)
        decoder.end_utt()
        return decoder

    def _piece(self, question: dict[str, Any], audio: bytes) -> Any:
        number = question["segment"]
        segment = self._open.get(number) or self._begin(number, question["cmn"])
        if audio:
            segment.decoder.process_raw(audio, no_search=False, full_utt=False)
        if segment.beginning is not None:
            segment.beginning += audio
            if question["end"] or len(segment.beginning) >= NEW_VOICE_BYTES:
                _begin_again(segment)
        if question["end"]:
            segment.decoder.end_utt()
            self._free.append(self._open.pop(number).decoder)
        return segment.decoder

    def _begin(self, number: int, cmn: str | None) -> _Segment:
        decoder = self._free.pop() if self._free else pocketsphinx.Decoder(**OPTIONS)
        decoder.set_cmn(cmn or self._first_cmn)
        decoder.start_utt()
        self._open[number] = _Segment(decoder, None if cmn else b"")
        return self._open[number]


def _begin_again(segment: _Segment) -> None:
    """Decode the beginning once more, with the cepstral means of the voice in it."""
    beginning, segment.beginning = segment.beginning, None
    learned = segment.decoder.get_cmn(True)
    segment.decoder.end_utt()
    segment.decoder.set_cmn(learned)
    segment.decoder.start_utt()
    if beginning:
        segment.decoder.process_raw(beginning, no_search=False, full_utt=False)


def main() -> None:
    """Answer until stdin ends."""
    # Ctrl-C in a terminal reaches every process of the group; the emulator decides when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    decoders = Decoders()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(decoders.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
