"""A meeting as a document: titles, headings and lines, whatever file it becomes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from token_server.meetings.models import GapItem, OffTheRecordItem, SegmentItem, TranscriptItem
from wire.minutes import ActionItem, Minutes, MinutesLine

BlockKind = Literal["title", "heading", "text", "item", "quote", "note", "said"]
"""item: one of a list. quote: what the item above it rests on. note: what was not heard, and such.
said: a line of the transcript."""

_SILENCES: Final = {"gap": "nobody listened", "off_the_record": "off the record"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph."""

    kind: BlockKind
    text: str
    who: str = ""
    """Of a line of the transcript: who said it."""
    at: str = ""
    """Of a line of the transcript: when, since the meeting's beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingText:
    """What of a meeting becomes a file."""

    title: str
    started_at_ms: int
    minutes: Minutes | None
    """None: without."""
    transcript: Sequence[TranscriptItem] | None
    """In the order of time; None: without."""


def make_blocks(meeting: MeetingText) -> Iterator[Block]:
    """Yield the paragraphs of a meeting."""
    started = datetime.fromtimestamp(meeting.started_at_ms / 1000, UTC)
    yield Block(kind="title", text=meeting.title)
    yield Block(kind="note", text=f"{started:%Y-%m-%d %H:%M} UTC")
    if meeting.minutes is not None:
        yield from _minutes(meeting.minutes)
    if meeting.transcript is not None:
        yield Block(kind="heading", text="Transcript")
        for item in meeting.transcript:
            yield _transcript_line(item, meeting.started_at_ms)


def _minutes(minutes: Minutes) -> Iterator[Block]:
    if minutes.summary:
        yield Block(kind="heading", text="Summary")
        yield Block(kind="text", text=" ".join(line.text for line in minutes.summary))
    yield from _lines("Key points", minutes.key_points)
    yield from _lines("Decisions", minutes.decisions)
    yield from _lines("Action items", minutes.action_items)
    yield from _lines("Open questions", minutes.open_questions)
    for section in minutes.sections:
        yield from _lines(section.title, section.lines)
    for speaker in minutes.speakers:
        yield from _lines(speaker.name, speaker.lines)
    if minutes.conclusion is not None:
        yield from _lines("Conclusion", [minutes.conclusion])
    for note in (minutes.consent, minutes.coverage):
        if note:
            yield Block(kind="note", text=note)


def _lines(title: str, lines: Iterable[MinutesLine]) -> Iterator[Block]:
    for number, line in enumerate(lines):
        if number == 0:
            yield Block(kind="heading", text=title)
        yield Block(kind="item", text=_item(line))
        for evidence in line.evidence[:1]:
            yield Block(kind="quote", text=evidence.quote)


def _item(line: MinutesLine) -> str:
    if not isinstance(line, ActionItem):
        return line.text
    due = line.due or line.due_spoken
    about = ", ".join(part for part in (line.owner_name, due and f"due {due}") if part)
    return f"{line.text} ({about})" if about else line.text


def _transcript_line(item: TranscriptItem, started_at_ms: int) -> Block:
    at = _clock(item.started_at_ms - started_at_ms)
    if isinstance(item, SegmentItem):
        who = " ".join((item.speaker_name or item.speaker_identity).split())
        return Block(kind="said", text=item.text, who=who, at=at)
    return Block(kind="note", text=f"{at} {_describe_silence(item)}")


def _describe_silence(item: GapItem | OffTheRecordItem) -> str:
    what = _SILENCES[item.type]
    if item.ended_at_ms is None:
        return f"[{what} from here]"
    seconds = max(1, round((item.ended_at_ms - item.started_at_ms) / 1000))
    return f"[{what} for {seconds} s]"


def _clock(ms: int) -> str:
    seconds = max(0, ms) // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
