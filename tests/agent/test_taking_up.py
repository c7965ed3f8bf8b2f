import asyncio
from pathlib import Path

import pytest

from agent import taking_up
from agent.replay import replay
from agent.taking_up import take_up
from agent.waiting_file import WaitingFile
from records import Meeting, Store
from tests.agent.waiting import until
from transcript_buffer import Segment

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"


def line(number: int) -> Segment:
    return Segment(
        id=f"SG_{number}",
        speaker="guest-1",
        name="Ben",
        role="guest",
        text=f"line {number}",
        start_seconds=float(number),
        end_seconds=number + 0.5,
        final=True,
        sequence=number,
    )


@pytest.fixture
async def held_file(store: Store, tmp_path: Path) -> WaitingFile:
    """The finals of a dead agent, which somebody else replays."""
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    file = WaitingFile(tmp_path / "waiting", ROOM_SID)
    file.append(line(7))
    return file


async def open_anew(store: Store, folder: Path) -> Meeting:
    return await take_up(store, folder, room_sid=ROOM_SID, room_name="acme", now=lambda: 2.0)


async def test_what_waits_in_a_file_is_written_before_the_next_agent_counts_on(
    store: Store, tmp_path: Path, held_file: WaitingFile
) -> None:
    held_file.close()
    meeting = await open_anew(store, tmp_path / "waiting")
    assert meeting.last_transcript_sequence == 7
    assert [segment.id for segment in await store.list_segments(ROOM_SID)] == ["SG_7"]


async def test_who_still_writes_what_waited_is_waited_for(
    store: Store, tmp_path: Path, held_file: WaitingFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    async def noted_replay(store: Store, folder: Path, room_sid: str) -> int:
        looks.append(room_sid)
        return await replay(store, folder, room_sid)

    monkeypatch.setattr(taking_up, "replay", noted_replay)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(open_anew(store, tmp_path / "waiting"))
        await until(lambda: len(looks) > 1)
        await store.add_segment(ROOM_SID, line(7))
        held_file.clear()
        assert (await opening).last_transcript_sequence == 7


async def test_a_file_that_is_never_let_go_does_not_keep_the_agent_away(
    store: Store,
    tmp_path: Path,
    held_file: WaitingFile,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(taking_up, "_LOOK_SECONDS", 0.0)
    assert (await open_anew(store, tmp_path / "waiting")).last_transcript_sequence == 0
    assert "somebody else holds their file" in caplog.text
    held_file.close()
