"""Who spoke how much and how: reckoned from final segments, live or after the call."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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


def reckon_statistics(
    segments: Iterable[Segment],
    *,
    is_question: Callable[[str], bool],
    keywords: Sequence[str] = (),
) -> MeetingStatistics:
    """Return the statistics of a meeting's finals; interims are left out.

    Args:
        segments: in any order.
        is_question: tells whether a text asks something.
        keywords: words or phrases to count; capitals do not matter, inflections do.
    """
    finals = sorted((segment for segment in segments if segment.final), key=_in_order)
    if not finals:
        return MeetingStatistics(seconds=0, silent_seconds=0, overlapping_seconds=0, speakers=())
    own: dict[str, list[Segment]] = defaultdict(list)
    for segment in finals:
        own[segment.speaker].append(segment)
    turns = _turns(finals)
    interruptions = _interruptions(finals)
    talk = {speaker: _covered(spoken) for speaker, spoken in own.items()}
    all_talk = sum(talk.values())
    speakers = [
        SpeakerStatistics(
            speaker=speaker,
            name=spoken[-1].name,
            talk_seconds=talk[speaker],
            share=talk[speaker] / all_talk if all_talk else 0.0,
            turns=sum(turn[0].speaker == speaker for turn in turns),
            longest_monologue_seconds=_longest_monologue(
                turn for turn in turns if turn[0].speaker == speaker
            ),
            interruptions=interruptions[speaker],
            questions=sum(is_question(segment.text) for segment in spoken),
            words=(words := sum(_count_words(segment.text) for segment in spoken)),
            words_per_minute=60 * words / talk[speaker] if talk[speaker] else 0.0,
            keywords=_count_keywords(spoken, keywords),
        )
        for speaker, spoken in own.items()
    ]
    seconds = max(segment.end_seconds for segment in finals) - finals[0].start_seconds
    covered = _covered(finals)
    return MeetingStatistics(
        seconds=seconds,
        silent_seconds=seconds - covered,
        overlapping_seconds=_overlapping(finals),
        speakers=tuple(sorted(speakers, key=lambda one: (-one.talk_seconds, one.speaker))),
    )


def _turns(finals: Sequence[Segment]) -> list[list[Segment]]:
    """Return the turns in order; backchannels inside another's turn are left out."""
    turns: list[list[Segment]] = []
    for segment in finals:
        if turns and turns[-1][0].speaker == segment.speaker:
            turns[-1].append(segment)
        elif not turns or _count_words(segment.text) > BACKCHANNEL_WORDS:
            turns.append([segment])
    return turns


def _longest_monologue(turns: Iterable[Sequence[Segment]]) -> float:
    longest = 0.0
    for turn in turns:
        start, end = turn[0].start_seconds, turn[0].end_seconds
        for segment in turn:
            if segment.start_seconds - end > PAUSE_SECONDS:
                start = segment.start_seconds
            end = max(end, segment.end_seconds)
            longest = max(longest, end - start)
    return longest


def _interruptions(finals: Sequence[Segment]) -> Mapping[str, int]:
    counts: dict[str, int] = defaultdict(int)
    latest: dict[str, Segment] = {}
    for segment in finals:
        if _count_words(segment.text) > BACKCHANNEL_WORDS and any(
            other.end_seconds - segment.start_seconds >= INTO_SECONDS
            and other.start_seconds < segment.start_seconds
            for speaker, other in latest.items()
            if speaker != segment.speaker
        ):
            counts[segment.speaker] += 1
        known = latest.get(segment.speaker)
        if known is None or known.end_seconds < segment.end_seconds:
            latest[segment.speaker] = segment
    return counts


def _covered(segments: Iterable[Segment]) -> float:
    """Return the seconds in which at least one of the segments lasted; they come in order."""
    total, reach = 0.0, float("-inf")
    for segment in segments:
        total += max(0.0, segment.end_seconds - max(reach, segment.start_seconds))
        reach = max(reach, segment.end_seconds)
    return total


def _overlapping(finals: Iterable[Segment]) -> float:
    """Return the seconds in which more than one participant spoke."""
    changes = sorted(
        change
        for segment in finals
        for change in (
            (segment.start_seconds, 1, segment.speaker),
            (segment.end_seconds, -1, segment.speaker),
        )
    )
    speaking: dict[str, int] = defaultdict(int)
    total = 0.0
    for (at, step, speaker), (then, _, _) in pairwise(changes):
        speaking[speaker] += step
        if sum(count > 0 for count in speaking.values()) > 1:
            total += then - at
    return total


def _count_words(text: str) -> int:
    return len(_WORD.findall(text))


def _count_keywords(spoken: Iterable[Segment], keywords: Sequence[str]) -> Mapping[str, int]:
    texts = [f" {' '.join(_WORD.findall(segment.text.casefold()))} " for segment in spoken]
    counts: dict[str, int] = {}
    for keyword in keywords:
        wanted = " ".join(_WORD.findall(keyword.casefold()))
        # Neighbours share the space between them: "price price" is two.
        found = sum(len(re.findall(f"(?= {re.escape(wanted)} )", text)) for text in texts)
        if wanted and found:
            counts[keyword] = found
    return counts
