"""Meetings as tests write them down, one line of text for each line that was said."""

from collections.abc import Sequence
from datetime import UTC, datetime

from agent.minutes.consensus import merge
from agent.minutes.material import Material
from agent.minutes.rules import Rules
from agent.minutes.statement import Quoted, Statement, speakers_of
from agent.minutes.template import Template
from records import ErasuresSeen, Meeting, Store
from transcript_buffer import Segment

ROOM_SID = "RM_1"
STARTED = datetime(2025, 11, 20, 10, 0, tzinfo=UTC).timestamp()
"""A Thursday."""
FREE = Template(name="free", title="Meeting")

SALES_CALL = """
Ana: Good morning, thanks for joining.
Ben: Hi Ana, happy to be here.
Ana: We need the report for our forty people by the end of March.
Ben: What does the enterprise plan cost?
Ana: It is thirty euros per person and month.
Ben: Is the data stored in Europe?
Ana: I don't know, I have to ask our engineers.
Ben: We decided to start the pilot with forty people.
Ana: Great. I will send the contract by Friday.
Ben: Let's go with the blue design for the landing page.
Ana: Could you send me the list of users, Ben?
Ben: Sure, I will do that tomorrow.
Ana: On second thought, let's not go with the blue design after all.
Ana: Tom will call the printing company next week.
Cem: Ben will book the meeting room for Thursday.
Ben: How long does the migration take?
Ben: Thank you, bye.
"""


def lines_of(text: str, *, seconds_apart: float = 8.0) -> list[Segment]:
    """Return "Ana: Hello" lines as finals; Ana is the host, and everybody's identity is known."""
    found = []
    for number, line in enumerate(text.strip().split("\n")):
        name, said = line.split(": ", 1)
        start = STARTED + number * seconds_apart
        found.append(
            Segment(
                id=f"SG_{number}",
                speaker=f"id-{name.lower()}",
                name=name,
                role="host" if name == "Ana" else "guest",
                text=said,
                start_seconds=start,
                end_seconds=start + seconds_apart / 2,
                final=True,
                sequence=number + 1,
            )
        )
    return found


def material_of(lines: Sequence[Segment]) -> Material:
    return Material(
        meeting=Meeting(
            room_sid=ROOM_SID,
            room_name="acme",
            started_at_ms=round(STARTED * 1000),
            ended_at_ms=round(STARTED * 1000) + 3_600_000,
            last_sequence=0,
            last_transcript_sequence=len(lines),
            kind="call",
            seen_at_ms=None,
            title="",
        ),
        lines=lines,
        people=speakers_of(lines, {}),
        consent="",
        coverage="",
        seen=ErasuresSeen(numbers=frozenset()),
        zone=UTC,
    )


def found_by_rules(lines: Sequence[Segment], template: Template = FREE) -> list[Statement]:
    rules = Rules(lines, template=template, people=speakers_of(lines, {}), zone=UTC)
    return merge(rules.find())


def statement(part: str, text: str, *lines: Segment, found_by: Sequence[str] = ()) -> Statement:
    return Statement(
        part=part,
        text=text,
        evidence=tuple(Quoted(segment=line, words=line.text) for line in lines),
        found_by=tuple(found_by),
    )


async def record(store: Store, text: str = SALES_CALL, *, ended: bool = True) -> list[Segment]:
    """Keep a meeting in the store."""
    lines = lines_of(text)
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=round(STARTED * 1000))
    for line in lines:
        await store.add_segment(ROOM_SID, line)
    if ended:
        await store.end_meeting(ROOM_SID, now_ms=round(STARTED * 1000) + 3_600_000)
    return lines
