"""Lines of a transcript from words with times and speakers. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from agent.stt.elevenlabs_recording import SpokenWord

PAUSE_SECONDS: Final = 0.8
LONGEST_SECONDS: Final = 15.0
_SENTENCE_ENDS: Final = (".", "?", "!", "…", "。", "？", "！")


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """What one speaker says without a pause."""

    text: str
    start_seconds: float
    end_seconds: float
    speaker: int
    """Counted from 1, in the order in which they begin to speak."""


def lines_of(words: Iterable[SpokenWord]) -> Iterator[SpokenLine]:
    """Yield the lines of a recording: one ends with its speaker, at a pause, or with a sentence."""
    speakers: dict[str, int] = {}
    line: list[SpokenWord] = []
    for word in words:
        speakers.setdefault(word.speaker, len(speakers) + 1)
        if line and _ends_before(line, word):
            yield _line(line, speakers)
            line = []
        line.append(word)
    if line:
        yield _line(line, speakers)


def _ends_before(line: list[SpokenWord], word: SpokenWord) -> bool:
    last = line[-1]
    if word.speaker != last.speaker or word.start_seconds - last.end_seconds >= PAUSE_SECONDS:
        return True
    if last.text.endswith(_SENTENCE_ENDS):
        return True
    return word.end_seconds - line[0].start_seconds > LONGEST_SECONDS


def _line(words: list[SpokenWord], speakers: dict[str, int]) -> SpokenLine:
    return SpokenLine(
        text=" ".join(word.text.strip() for word in words),
        start_seconds=words[0].start_seconds,
        end_seconds=words[-1].end_seconds,
        speaker=speakers[words[0].speaker],
    )
