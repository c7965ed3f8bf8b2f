"""What comes into the store when its meeting is long over."""

from pathlib import Path

import pytest

from agent.replay import replay_all
from agent.waiting_file import WaitingFile
from records import Store
from transcript_buffer import Segment
from wire.gap import Gap

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
GAP = Gap(started_at_ms=3000, ended_at_ms=5000, reason="agent_away", transcript_sequence=3)


def line(number: int) -> Segment:
    return Segment(
        id=f"SG_{number}",
        speaker="guest-1",
        name="Ben",
        role="guest",
        text="that is all",
        start_seconds=float(number),
        end_seconds=number + 0.5,
        final=True,
        sequence=number,
    )


async def finish_minutes(store: Store) -> int:
    """Finish what waits to be written; return how much that was."""
    finished = 0
    while work := await store.claim_work("clerk", now_ms=10_000, lease_seconds=10):
        await store.finish_work(work.id, "clerk")
        finished += 1
    return finished


@pytest.mark.parametrize("late", [line(2), GAP], ids=["final", "gap"])
async def test_what_comes_after_the_minutes_has_them_written_anew_once(
    store: Store, tmp_path: Path, late: Segment | Gap
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, line(1))
    file = WaitingFile(tmp_path, ROOM_SID)
    file.append(line(1))
    file.append(late)
    file.close()
    await store.end_unserved_meeting(ROOM_SID, ended_at_ms=2000)
    assert await finish_minutes(store) == 1

    await replay_all(store, tmp_path)
    assert await finish_minutes(store) == 1
    await replay_all(store, tmp_path)
    assert await finish_minutes(store) == 0


async def test_what_was_there_already_has_nothing_written_anew(
    store: Store, tmp_path: Path
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, line(1))
    await store.end_meeting(ROOM_SID, now_ms=2000)
    await finish_minutes(store)
    file = WaitingFile(tmp_path, ROOM_SID)
    file.append(line(1))
    file.close()

    await replay_all(store, tmp_path)
    assert await finish_minutes(store) == 0
