"""Scores the words: how many were heard, which were lost at the edges, which were invented."""

from typing import Final

import jiwer
from pydantic import BaseModel, Field

from lab.call_file import spoken_words
from lab.ear import sounding_seconds
from lab.matching import (
    ARRIVAL_SECONDS,
    covered_seconds,
    end_of,
    is_invented,
    line_of,
    start_of,
)
from lab.recording import Recording, SpokenLine
from lab.witness import SeenTranscript

_UNITS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TEENS: Final = ("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen")
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS: Final = frozenset(
    ("zero", *_UNITS, *_TEENS, "eighteen", "nineteen", *_TENS, "hundred"),
)
_COUNTING_SHARE: Final = 0.8
"""A line of which so much is numbers is one that counts."""
_SHORT_WORD_SECONDS: Final = 0.2


class Words(BaseModel):
    """How well the words were heard."""

    error_rate: float | None
    """Word error rate of all finals against the script; None: nobody said anything."""
    error_rate_by_speaker: dict[str, float]
    first_words_lost: int
    """Lines whose beginning has no text."""
    last_words_lost: int
    """Lines whose end has no text."""
    lines_losing_words: list[int] = Field(default_factory=list)
    """Which lines these are, counted from 1."""
    speech_without_text_seconds: float
    """Speech that lies in no final."""
    invented_words: int
    """Words in finals while nobody spoke."""


class Coverage(BaseModel):
    """What became of one speaker's speech, in seconds of sound."""

    played_seconds: float
    received_seconds: float | None
    """As it reached another participant; None: nobody listened."""
    recognized_seconds: float
    """What lies within the finals."""
    lost_seconds: float
    """What does not."""


def score_words(recording: Recording, finals: list[SeenTranscript]) -> Words:
    """Score the words of all finals."""
    invented = [seen for seen in finals if is_invented(recording, seen)]
    heard_in_speech = [seen for seen in finals if seen not in invented]
    total, by_speaker = _error_rates(recording, heard_in_speech)
    first, last = lines_losing_words(recording, finals)
    missing = sum(_uncovered(recording, line, finals) for line in recording.lines)
    return Words(
        error_rate=total,
        error_rate_by_speaker=by_speaker,
        first_words_lost=len(first),
        last_words_lost=len(last),
        lines_losing_words=sorted({*first, *last}),
        speech_without_text_seconds=round(missing, 2),
        invented_words=sum(len(spoken_words(seen.text)) for seen in invented),
    )


def score_coverage(recording: Recording, finals: list[SeenTranscript]) -> dict[str, Coverage]:
    """Return what became of each speaker's speech, by the identity of the call file."""
    played: dict[str, float] = {}
    lost: dict[str, float] = {}
    for line in recording.lines:
        who = line.line.who
        on_air = _share_on_air(recording, line)
        sound = sounding_seconds(line.speech.samples) * on_air
        length = max(0.001, (line.speech_end_seconds - line.speech_start_seconds) * on_air)
        share = min(1.0, _uncovered(recording, line, finals) / length)
        played[who] = played.get(who, 0.0) + sound
        lost[who] = lost.get(who, 0.0) + sound * share
    received = recording.received_seconds
    return {
        who: Coverage(
            played_seconds=round(seconds, 2),
            received_seconds=round(min(seconds, received[who]), 2) if who in received else None,
            recognized_seconds=round(seconds - lost[who], 2),
            lost_seconds=round(lost[who], 2),
        )
        for who, seconds in played.items()
    }


def lines_losing_words(
    recording: Recording, finals: list[SeenTranscript]
) -> tuple[list[int], list[int]]:
    """Return the lines, counted from 1, that lost their first word, and their last."""
    first: list[int] = []
    last: list[int] = []
    for number in range(1, len(recording.call.lines) + 1):
        line = recording.spoken(number - 1)
        if line is None or not recording.is_whole(line):
            continue
        own = _own_finals(recording, line, finals)
        if not own or _begins_late(line, own):
            first.append(number)
        if not own or _ends_early(line, own):
            last.append(number)
    return first, last


def _begins_late(line: SpokenLine, own: list[SeenTranscript]) -> bool:
    begins = min(start_of(seen) for seen in own)
    if begins > line.first_word_end_seconds + ARRIVAL_SECONDS:
        return True
    return _missing_number(line, own)[0]


def _ends_early(line: SpokenLine, own: list[SeenTranscript]) -> bool:
    ends = max(end_of(seen) for seen in own)
    length = line.speech_end_seconds - line.last_word_start_seconds
    if ends < line.last_word_start_seconds + max(_SHORT_WORD_SECONDS, length / 2):
        return True
    return _missing_number(line, own)[1]


def _missing_number(line: SpokenLine, own: list[SeenTranscript]) -> tuple[bool, bool]:
    """Tell whether a line that counts has lost its first number, and its last."""
    said = spoken_words(line.line.say)
    heard = [word for seen in sorted(own, key=start_of) for word in spoken_words(seen.text)]
    if sum(word in _NUMBERS for word in said) < _COUNTING_SHARE * len(said) or not heard:
        return False, False
    alignment = jiwer.process_words(" ".join(said), " ".join(heard)).alignments[0]
    deleted = {
        place
        for part in alignment
        if part.type == "delete"
        for place in range(part.ref_start_idx, part.ref_end_idx)
    }
    return 0 in deleted, len(said) - 1 in deleted


def _own_finals(
    recording: Recording, line: SpokenLine, finals: list[SeenTranscript]
) -> list[SeenTranscript]:
    """Return the finals of the line's speaker that touch it: one may hold two lines."""
    identity = recording.real_identities.get(line.line.who)
    return [
        seen
        for seen in finals
        if seen.attributes.speaker_identity == identity
        and end_of(seen) > line.speech_start_seconds
        and start_of(seen) < line.speech_end_seconds
    ]


def _uncovered(recording: Recording, line: SpokenLine, finals: list[SeenTranscript]) -> float:
    length = line.speech_end_seconds - line.speech_start_seconds
    missing = length - covered_seconds(line, _own_finals(recording, line, finals))
    off_air = length * (1 - _share_on_air(recording, line))
    return max(0.0, missing - off_air)


def _share_on_air(recording: Recording, line: SpokenLine) -> float:
    return len(recording.words_on_air(line)) / max(1, len(line.timed_words()))


def _error_rates(
    recording: Recording, finals: list[SeenTranscript]
) -> tuple[float | None, dict[str, float]]:
    said: dict[str, list[str]] = {}
    heard: dict[str, list[str]] = {}
    for index in range(len(recording.call.lines)):
        if line := recording.spoken(index):
            said.setdefault(line.line.who, []).extend(recording.words_on_air(line))
    for seen in sorted(finals, key=start_of):
        who = recording.speaker_of(seen.attributes.speaker_identity)
        if who:
            heard.setdefault(who, []).extend(spoken_words(seen.text))
    speakers = [who for who, words in said.items() if words]
    if not speakers:
        return None, {}
    texts = [" ".join(said[who]) for who in speakers]
    read = [" ".join(heard.get(who, [])) for who in speakers]
    by_speaker = {
        who: round(jiwer.wer(text, finals_text), 4)
        for who, text, finals_text in zip(speakers, texts, read, strict=True)
    }
    return round(jiwer.wer(texts, read), 4), by_speaker


def heard_in_line(recording: Recording, finals: list[SeenTranscript], index: int) -> list[str]:
    """Return the words of the finals that belong to a line, counted from 0."""
    line = recording.spoken(index)
    own = [seen for seen in finals if line is not None and line_of(recording, seen) is line]
    return [word for seen in sorted(own, key=start_of) for word in spoken_words(seen.text)]
