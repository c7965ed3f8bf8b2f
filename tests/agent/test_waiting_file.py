import asyncio
import resource
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from agent.replay import replay
from agent.waiting_file import FileInUseError, WaitingFile
from records import Store
from transcript_buffer import Segment
from wire.gap import Gap

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
GAP = Gap(started_at_ms=2000, ended_at_ms=4000, reason="agent_away", transcript_sequence=2)

_WRITER = """
import sys, signal, os
from pathlib import Path
from agent.waiting_file import WaitingFile
from transcript_buffer import Segment
file = WaitingFile(Path(sys.argv[1]), "RM_1")
for number in (1, 2, 3):
    file.append(Segment(id=f"SG_{number}", speaker="ben", name="Ben", role="guest",
                        text=f"line {number}", start_seconds=number, end_seconds=number + 0.5,
                        final=True, sequence=number))
print("written", flush=True)
signal.pause()
"""


def line(number: int, speaker: str = "ben") -> Segment:
    return Segment(
        id=f"SG_{number}",
        speaker=speaker,
        name="Ben",
        role="guest",
        text=f"the bank wants {number}",
        start_seconds=float(number),
        end_seconds=number + 0.5,
        final=True,
        track_sid="TR_1",
        sequence=number,
    )


@pytest.fixture
async def opened(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return store


async def ids(store: Store) -> list[str]:
    return [segment.id for segment in await store.list_segments(ROOM_SID)]


def test_what_was_appended_comes_back_in_order_and_whole(tmp_path: Path) -> None:
    file = WaitingFile(tmp_path / "deep" / "waiting", "RM/../1")
    for entry in (line(1), GAP, line(3)):
        file.append(entry)
    file.close()
    assert WaitingFile.meetings(tmp_path / "deep" / "waiting") == ["RM/../1"]
    assert WaitingFile(tmp_path / "deep" / "waiting", "RM/../1").load() == [line(1), GAP, line(3)]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = WaitingFile(tmp_path, ROOM_SID)
    file.append(line(1))
    file.rewrite([line(1)])
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_reads_it_while_its_writer_is_alive(tmp_path: Path) -> None:
    writer = WaitingFile(tmp_path, ROOM_SID)
    writer.append(line(1))
    with pytest.raises(FileInUseError):
        WaitingFile(tmp_path, ROOM_SID).load()
    writer.rewrite([line(2)])
    with pytest.raises(FileInUseError):
        WaitingFile(tmp_path, ROOM_SID).load()
    writer.close()
    assert WaitingFile(tmp_path, ROOM_SID).load() == [line(2)]


def test_a_line_that_was_cut_short_spoils_no_other(tmp_path: Path) -> None:
    file = WaitingFile(tmp_path, ROOM_SID)
    file.append(line(1))
    (path,) = tmp_path.iterdir()
    with path.open("ab") as cut:
        cut.write(b'{"final":{"id":"SG_2","spea')
    file.append(line(3))
    file.close()
    assert WaitingFile(tmp_path, ROOM_SID).load() == [line(1), line(3)]


def test_what_was_rewritten_is_not_on_the_disk_any_more(tmp_path: Path) -> None:
    file = WaitingFile(tmp_path, ROOM_SID)
    file.append(line(1, "ana"))
    file.append(line(2))
    (path,) = tmp_path.iterdir()
    with path.open("rb") as before:
        file.rewrite([line(2)])
        assert before.read().strip(b"\0") == b""
    assert b"ana" not in path.read_bytes()
    file.clear()
    assert list(tmp_path.iterdir()) == []


async def test_what_a_killed_process_had_written_is_replayed_in_order_and_once(
    opened: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "waiting"
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout
    assert await writer.stdout.readline() == b"written\n"
    with pytest.raises(FileInUseError):  # its writer is alive
        await replay(opened, folder, ROOM_SID)
    writer.kill()
    await writer.wait()
    # It had written one of them into the store already.
    await opened.add_segment(ROOM_SID, replace(line(1), text="line 1"))
    assert await replay(opened, folder, ROOM_SID) == 3
    assert await replay(opened, folder, ROOM_SID) == 0
    assert await ids(opened) == ["SG_1", "SG_2", "SG_3"]
    assert list(folder.iterdir()) == []


async def test_a_replay_brings_back_nothing_that_was_erased_since(
    opened: Store, tmp_path: Path
) -> None:
    file = WaitingFile(tmp_path / "waiting", ROOM_SID)
    for number, speaker in ((1, "ana"), (2, "ben"), (4, "ana")):
        file.append(line(number, speaker))
    file.close()
    await opened.erase_speaker(ROOM_SID, "ana", transcript_sequence=3, sequence=0)
    await replay(opened, tmp_path / "waiting", ROOM_SID)
    # The erasure's own number tells that others have numbered meanwhile: all of theirs goes.
    assert await ids(opened) == ["SG_2"]


async def test_a_replay_tells_how_far_the_meeting_was_heard(opened: Store, tmp_path: Path) -> None:
    await opened.take_lease(
        "acme", "job", now_ms=1, ttl_seconds=3, listens_to=ROOM_SID, heard_until_ms=500
    )
    file = WaitingFile(tmp_path / "waiting", ROOM_SID)
    file.append(line(7))
    file.close()
    await replay(opened, tmp_path / "waiting", ROOM_SID)
    meeting = await opened.find_meeting(ROOM_SID)
    assert meeting
    assert meeting.seen_at_ms == 7500


def test_a_line_that_fits_only_in_part_does_not_count_as_written(tmp_path: Path) -> None:
    file = WaitingFile(tmp_path, "RM_1")
    file.append(line(1))
    (path,) = tmp_path.iterdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="No space"):
            file.append(line(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    file.append(line(3))
    file.close()
    assert WaitingFile(tmp_path, "RM_1").load() == [line(1), line(3)]
