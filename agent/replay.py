"""Writes into the store what waited for it in a file, when the process that wrote it is dead."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from agent.waiting_file import Entry, FileInUseError, WaitingFile
from records import RecordRefusedError, Store, StoreUnavailableError
from transcript_buffer import Segment
from wire.gap import Gap

logger = logging.getLogger("sidenote.replay")


async def settle(
    store: Store, room_sid: str, entry: Entry, *, erased_from: int | None = None
) -> bool:
    """Write a final or a gap, unless it is in the store; False if the store refuses it for ever.

    Args:
        store: where it belongs.
        room_sid: of the meeting.
        entry: numbered.
        erased_from: it is not written if its speaker's words were erased with a higher number
            than this; None: whoever calls looks after that.

    Raises:
        StoreUnavailableError: the store is away; try again.
    """
    try:
        if isinstance(entry, Gap):
            await store.add_gap(room_sid, entry)
        else:
            await store.add_segment(room_sid, entry, erased_from=erased_from)
    except RecordRefusedError as error:
        name = "gap" if isinstance(entry, Gap) else entry.id
        logger.error(
            "the store refuses what it was given for good; it is given up",
            extra={"segment": name, "error": str(error)},
        )
        return False
    return True


async def replay(store: Store, folder: Path, room_sid: str) -> int:
    """Write what waits in the file of a meeting, in order, and remove the file.

    Nothing happens if there is none. Safe to repeat: what is in the store already is not written
    twice, and what was erased since not at all.

    Returns:
        How many finals and gaps there were.

    Raises:
        FileInUseError: the process that writes it is alive, or somebody else replays it.
        StoreUnavailableError: the store is away; what is not written stays in the file.
    """
    file = WaitingFile(folder, room_sid)
    try:
        entries = await asyncio.to_thread(file.load)
        await _settle_all(store, room_sid, entries)
        await asyncio.to_thread(file.clear)
    except StoreUnavailableError:
        file.close()
        raise
    except OSError as error:
        file.close()
        logger.error(
            "what waits for the store in a file cannot be read", extra={"error": error.strerror}
        )
        return 0
    if entries:
        logger.info("what waited in a file is in the store", extra={"entries": len(entries)})
    return len(entries)


async def _settle_all(store: Store, room_sid: str, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    meeting = await store.find_meeting(room_sid)
    last = meeting.last_transcript_sequence if meeting else 0
    # Somebody else has numbered meanwhile: numbers do not tell what came before an erasure.
    others = last >= _number(entries[0])
    for entry in entries:
        await settle(store, room_sid, entry, erased_from=0 if others else _number(entry))
    # The beat did not reach the store either while it was away.
    heard = (entry.end_seconds for entry in entries if isinstance(entry, Segment))
    await store.note_heard(room_sid, until_ms=round(max(heard, default=0.0) * 1000))


async def replay_all(store: Store, folder: Path) -> None:
    """Write what dead processes of this machine have left in their files.

    While the store is away it stays there; come again.
    """
    try:
        for room_sid in await asyncio.to_thread(WaitingFile.meetings, folder):
            with suppress(FileInUseError):
                await replay(store, folder, room_sid)
    except StoreUnavailableError as error:
        logger.warning("finals still wait in files", extra={"error": str(error)})
    except OSError as error:
        logger.error("the files of finals cannot be read", extra={"error": error.strerror})


def _number(entry: Entry) -> int:
    return entry.transcript_sequence if isinstance(entry, Gap) else entry.sequence
