"""What is kept of a call, read from a real store and from a real agent."""

import pytest

from lab.aftermath import read_aftermath
from lab.front_desk import PlayError
from records import Store
from tests.agent.people import Person, open_room
from tests.parts import TestStack
from transcript_buffer import Segment
from wire.gap import Gap

pytestmark = pytest.mark.room

START_MS = 1_700_000_000_000


def final(number: int) -> Segment:
    start = START_MS / 1000 + number
    return Segment(
        id=f"SG_aftermath_{number}",
        speaker="guest-ben",
        name="Ben",
        role="guest",
        text=f"line {number}",
        start_seconds=start,
        end_seconds=start + 0.5,
        final=True,
        sequence=number,
    )


async def test_what_is_stored_is_what_a_page_reads(stack: TestStack) -> None:
    seats = await open_room(stack.token_server_url)
    gap = Gap(
        started_at_ms=START_MS,
        ended_at_ms=START_MS + 900,
        reason="agent_away",
        transcript_sequence=31,
    )
    async with Person(seats.url, seats.host_token) as ana, Store(stack.database_url) as store:
        agent = await ana.wait_for_agent()
        meeting = await store.find_newest_meeting(seats.room_name)
        assert meeting
        for number in range(1, 31):
            await store.add_segment(meeting.room_sid, final(number))
        await store.add_gap(meeting.room_sid, gap)

        after = await read_aftermath(stack.database_url, seats.room_name, ana.room, agent)
        with pytest.raises(PlayError, match="no meeting of the room elsewhere"):
            await read_aftermath(stack.database_url, "elsewhere", ana.room, agent)

    told = [(seen.text, seen.attributes.sequence) for seen in after.stored]
    assert told == [(f"line {number}", number) for number in range(1, 31)]
    assert [(seen.text, seen.attributes.sequence) for seen in after.read] == told
    assert after.gaps == after.read_gaps == [gap]
