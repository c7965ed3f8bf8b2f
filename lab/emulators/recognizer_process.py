"""The emulators' recognizer: a question on each line of stdin, its answer on a line of stdout.

Question: {"segment": int, "cmn": str | null, "audio": base64, "end": bool}.
Answer: {"text": str, "cmn": str}.
Started by `lab.emulators.recognition`, never by hand; ends with its stdin.
"""

import base64
import json
import signal
import sys
from typing import Any, Final

import pocketsphinx

OPTIONS: Final[dict[str, Any]] = {
    "samprate": 16000.0,
    "loglevel": "FATAL",
    "fwdflat": False,
    "cmninit": "53,3,13,17",
    "topn": 8,
    # Fewer hypotheses at once than the agent's own recognizer has: beside the calls that are played
    # there is little processor left, and 6.7 % of the lab's words are wrong instead of 6.5 %.
    "maxhmmpf": 3000,
}


class Decoders:
    """One decoder for each open segment; those of segments that are over serve again."""

    def __init__(self) -> None:
        self._free = [pocketsphinx.Decoder(**OPTIONS)]
        self._first_cmn: str = self._free[0].get_cmn(False)
        self._open: dict[int, Any] = {}

    def answer(self, question: dict[str, Any]) -> dict[str, str]:
        """Decode what a question brings; return its answer."""
        number = question["segment"]
        decoder = self._open.get(number) or self._begin(number, question["cmn"])
        audio = base64.b64decode(question["audio"])
        if audio:
            decoder.process_raw(audio, no_search=False, full_utt=False)
        if question["end"]:
            decoder.end_utt()
            self._free.append(self._open.pop(number))
        hypothesis = decoder.hyp()
        text = hypothesis.hypstr if hypothesis else ""
        return {"text": text, "cmn": decoder.get_cmn(False)}

    def _begin(self, number: int, cmn: str | None) -> Any:
        decoder = self._free.pop() if self._free else pocketsphinx.Decoder(**OPTIONS)
        decoder.set_cmn(cmn or self._first_cmn)
        decoder.start_utt()
        self._open[number] = decoder
        return decoder


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
