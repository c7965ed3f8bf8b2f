"""Who spoke how much and how: reckoned from final segments, live or after the call."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import Final

from transcript_buffer.segment import Segment

PAUSE_SECONDS: Final = 2.0
"""Who is silent for longer has ended a monologue, though nobody else spoke."""
BACKCHANNEL_WORDS: Final = 2
"""Words ("yes", "I see") that neither end another's turn nor count as an interruption."""
INTO_SECONDS: Final = 0.5
"""Who begins so long before another's end breaks in; less is a quick change of speakers."""

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_in_order = attrgetter("start_seconds", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFigures:
    """What statistics need of a final: everything but its words."""

    id: str
    speaker: str
    name: str
    start_seconds: float
    end_seconds: float
    words: int
    asks: bool
    """Whether it asks something."""
    keywords: Mapping[str, int] = field(default_factory=dict)
    """How often each keyword was said; those never said are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerStatistics:
    """One participant's part in a meeting."""

    speaker: str
    """Identity."""
    name: str
    """Display name when it last spoke."""
    talk_seconds: float
    """Time covered by the participant's segments."""
    share: float
    """Of all participants' talk time, from 0 to 1."""
    turns: int
    """Stretches of speech between those of others; a backchannel alone is none."""
    longest_monologue_seconds: float
    """Longest stretch without another's turn and without a pause of `PAUSE_SECONDS`."""
    interruptions: int
    """How often this participant broke into another's segment, `INTO_SECONDS` or more before its
    end, with more than a backchannel."""
    questions: int
    """Segments that ask something."""
    words: int
    words_per_minute: float
    """Over the talk time; 0 without talk time."""
    keywords: Mapping[str, int]
    """How often each keyword was said; those never said are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingStatistics:
    """A meeting, or the part of it that has been."""

    seconds: float
    """From the first word to the last."""
    silent_seconds: float
    """Of these, the time in which nobody spoke."""
    overlapping_seconds: float
    """Of these, the time in which more than one spoke."""
    speakers: tuple[SpeakerStatistics, ...]
    """Who spoke, the longest talk time first."""


def measure(
    segment: Segment, *, is_question: Callable[[str], bool], keywords: Sequence[str] = ()
) -> SegmentFigures:
    """Return the figures of one final.

    Args:
        segment: a final.
        is_question: tells whether a text asks something.
        keywords: words or phrases to count; capitals do not matter, inflections do.
    """
    words = _WORD.findall(segment.text.casefold())
    return SegmentFigures(
        id=segment.id,
        speaker=segment.speaker,
        name=segment.name,
        start_seconds=segment.start_seconds,
        end_seconds=segment.end_seconds,
        words=len(words),
        asks=is_question(segment.text),
        keywords=_count_keywords(words, keywords),
    )


def reckon_statistics(
    segments: Iterable[Segment],
    *,
    is_question: Callable[[str], bool],
    keywords: Sequence[str] = (),
) -> MeetingStatistics:
    """Return the statistics of a meeting's finals, in any order; interims are left out.

    The other arguments are those of `measure`.
    """
    return reckon(
        measure(segment, is_question=is_question, keywords=keywords)
        for segment in segments
        if segment.final
    )


def reckon(figures: Iterable[SegmentFigures]) -> MeetingStatistics:
    """Return the statistics of finals that were measured, in any order."""
    finals = sorted(figures, key=_in_order)
    if not finals:
        return MeetingStatistics(seconds=0, silent_seconds=0, overlapping_seconds=0, speakers=())
    own: dict[str, list[SegmentFigures]] = defaultdict(list)
    for final in finals:
        own[final.speaker].append(final)
    turns: dict[str, list[list[SegmentFigures]]] = defaultdict(list)
    for turn in _turns(finals):
        turns[turn[0].speaker].append(turn)
    interruptions = _interruptions(finals)
    talk = {speaker: _covered(spoken) for speaker, spoken in own.items()}
    all_talk = sum(talk.values())
    speakers = [
        SpeakerStatistics(
            speaker=speaker,
            name=spoken[-1].name,
            talk_seconds=talk[speaker],
            share=talk[speaker] / all_talk if all_talk else 0.0,
            turns=len(turns[speaker]),
            longest_monologue_seconds=_longest_monologue(turns[speaker]),
            interruptions=interruptions[speaker],
            questions=sum(final.asks for final in spoken),
            words=(words := sum(final.words for final in spoken)),
            words_per_minute=60 * words / talk[speaker] if talk[speaker] else 0.0,
            keywords=_add_up(final.keywords for final in spoken),
        )
        for speaker, spoken in own.items()
    ]
    seconds = max(final.end_seconds for final in finals) - finals[0].start_seconds
    covered = _covered(finals)
    return MeetingStatistics(
        seconds=seconds,
        silent_seconds=seconds - covered,
        overlapping_seconds=_overlapping(finals),
        speakers=tuple(sorted(speakers, key=lambda one: (-one.talk_seconds, one.speaker))),
    )


def _turns(finals: Sequence[SegmentFigures]) -> list[list[SegmentFigures]]:
    """Return the turns in order; backchannels inside another's turn are left out."""
    turns: list[list[SegmentFigures]] = []
    for final in finals:
        if turns and turns[-1][0].speaker == final.speaker:
            turns[-1].append(final)
        elif not turns or final.words > BACKCHANNEL_WORDS:
            turns.append([final])
    return turns


def _longest_monologue(turns: Iterable[Sequence[SegmentFigures]]) -> float:
    longest = 0.0
    for turn in turns:
        start, end = turn[0].start_seconds, turn[0].end_seconds
        for final in turn:
            if final.start_seconds - end > PAUSE_SECONDS:
                start = final.start_seconds
            end = max(end, final.end_seconds)
            longest = max(longest, end - start)
    return longest


def _interruptions(finals: Sequence[SegmentFigures]) -> Mapping[str, int]:
    counts: dict[str, int] = defaultdict(int)
    latest: dict[str, SegmentFigures] = {}
    for final in finals:
        if final.words > BACKCHANNEL_WORDS and any(
            other.end_seconds - final.start_seconds >= INTO_SECONDS
            and other.start_seconds < final.start_seconds
            for speaker, other in latest.items()
            if speaker != final.speaker
        ):
            counts[final.speaker] += 1
        known = latest.get(final.speaker)
        if known is None or known.end_seconds < final.end_seconds:
            latest[final.speaker] = final
    return counts


def _covered(finals: Iterable[SegmentFigures]) -> float:
    """Return the seconds in which at least one of the finals lasted; they come in order."""
    total, reach = 0.0, float("-inf")
    for final in finals:
        total += max(0.0, final.end_seconds - max(reach, final.start_seconds))
        reach = max(reach, final.end_seconds)
    return total


def _overlapping(finals: Iterable[SegmentFigures]) -> float:
    """Return the seconds in which more than one participant spoke."""
    changes = sorted(
        change
        for final in finals
        for change in (
            (final.start_seconds, 1, final.speaker),
            (final.end_seconds, -1, final.speaker),
        )
    )
    speaking: dict[str, int] = defaultdict(int)
    speakers, total = 0, 0.0
    for (at, step, speaker), (then, _, _) in pairwise(changes):
        before = speaking[speaker]
        speaking[speaker] = before + step
        speakers += (before + step > 0) - (before > 0)
        if speakers > 1:
            total += then - at
    return total


def _count_keywords(words: Sequence[str], keywords: Sequence[str]) -> Mapping[str, int]:
    text = f" {' '.join(words)} "
    counts: dict[str, int] = {}
    for keyword in keywords:
        wanted = " ".join(_WORD.findall(keyword.casefold()))
        # Neighbours share the space between them: "price price" is two.
        if wanted and (found := len(re.findall(f"(?= {re.escape(wanted)} )", text))):
            counts[keyword] = found
    return counts


def _add_up(counts: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)
