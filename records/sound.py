"""The recorded sound of calls: who agreed, whether it is on, and which parts there are."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Update, delete, select, update

from records.connection import DatabaseConnection
from records.files import Files
from records.tables import SoundConsentRow, SoundPartRow, SoundSwitchRow
from wire.consent import ConsentAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPart:
    """A stretch of one participant's voice."""

    id: str
    room_sid: str
    identity: str
    name: str
    format: str = "flac"
    """Ending of the file's name."""
    started_at_ms: int
    """When its first sample was heard."""
    duration_ms: int | None = None
    """None: its file is not in the file store yet."""

    @property
    def path(self) -> str:
        """Where its file is in the file store."""
        return f"{sound_folder(self.room_sid)}/{self.id}.{self.format}"


def sound_folder(room_sid: str) -> str:
    """Return where the recording of a meeting is in the file store."""
    return f"sound/{room_sid}"


def mixed_folder(room_sid: str) -> str:
    """Return where files are that were made of several participants' parts."""
    return f"{sound_folder(room_sid)}/mixed"


class SoundRecords(DatabaseConnection):
    """Consent to being recorded, the hosts' switch, and the parts."""

    async def put_sound_consent(
        self, room_name: str, identity: str, answer: ConsentAnswer, *, now_ms: int
    ) -> None:
        """Keep a participant's answer to being recorded; the last one counts."""
        row = {
            "room_name": room_name,
            "identity": identity,
            "answer": answer,
            "answered_at_ms": now_ms,
        }
        keys = (SoundConsentRow.room_name, SoundConsentRow.identity)
        async with self._transaction() as connection:
            await connection.execute(self._upsert(SoundConsentRow, row, *keys))

    async def list_sound_consents(self, room_name: str) -> dict[str, ConsentAnswer]:
        """Return the answers to being recorded that were given in a room, by identity."""
        query = select(SoundConsentRow.identity, SoundConsentRow.answer).where(
            SoundConsentRow.room_name == room_name
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).all()
        return {identity: "yes" if answer == "yes" else "no" for identity, answer in rows}

    async def put_sound_switch(self, room_sid: str, on_since_ms: int | None) -> None:
        """Keep since when a meeting is to be recorded; None: it is not."""
        row = {"room_sid": room_sid, "on_since_ms": on_since_ms}
        async with self._transaction() as connection:
            await connection.execute(self._upsert(SoundSwitchRow, row, SoundSwitchRow.room_sid))

    async def find_sound_switch(self, room_sid: str) -> int | None:
        """Return since when a meeting is to be recorded; None: it is not."""
        query = select(SoundSwitchRow.on_since_ms).where(SoundSwitchRow.room_sid == room_sid)
        async with self._transaction() as connection:
            return (await connection.execute(query)).scalar()

    async def add_sound_part(self, part: SoundPart) -> None:
        """Keep that a part is being recorded: before there is any file of it."""
        row = {
            "id": part.id,
            "room_sid": part.room_sid,
            "identity": part.identity,
            "name": part.name,
            "format": part.format,
            "started_at_ms": part.started_at_ms,
        }
        async with self._transaction() as connection:
            await connection.execute(self._insert(SoundPartRow).values(**row))

    async def finish_sound_part(
        self, part_id: str, *, duration_ms: int, started_at_ms: int | None = None
    ) -> bool:
        """Keep that the file of a part is in the file store; False if it was erased meanwhile.

        Args:
            part_id: of the part.
            duration_ms: of its file.
            started_at_ms: when its first sample was heard; None: when it was said to begin.
        """
        values = {"duration_ms": duration_ms}
        if started_at_ms is not None:
            values["started_at_ms"] = started_at_ms
        statement = (
            update(SoundPartRow)
            .where(SoundPartRow.id == part_id, SoundPartRow.erased.is_(False))
            .values(**values)
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def find_sound_part(self, part_id: str) -> SoundPart | None:
        """Return a part, or None if there is none or it was erased."""
        found = await self._list_parts(SoundPartRow.id == part_id, SoundPartRow.erased.is_(False))
        return found[0] if found else None

    async def list_sound_parts(self, room_sid: str) -> list[SoundPart]:
        """Return the parts of a meeting in the order in which they began."""
        return await self._list_parts(
            SoundPartRow.room_sid == room_sid, SoundPartRow.erased.is_(False)
        )

    async def erase_sound(self, room_sid: str, identity: str) -> None:
        """Give up a participant's parts; `delete_erased_sound` deletes their files."""
        async with self._transaction() as connection:
            await connection.execute(erasure_of_sound(room_sid, identity))

    async def list_erased_sound(self) -> list[SoundPart]:
        """Return the parts that were given up and whose files may still be there."""
        return await self._list_parts(SoundPartRow.erased.is_(True))

    async def remove_sound_parts(self, part_ids: list[str]) -> None:
        """Forget parts."""
        async with self._transaction() as connection:
            await connection.execute(delete(SoundPartRow).where(SoundPartRow.id.in_(part_ids)))

    async def _list_parts(self, *conditions: Any) -> list[SoundPart]:
        columns = [getattr(SoundPartRow, field.name) for field in fields(SoundPart)]
        query = (
            select(*columns)
            .where(*conditions)
            .order_by(SoundPartRow.started_at_ms, SoundPartRow.id)
        )
        async with self._transaction() as connection:
            return [SoundPart(**row._mapping) for row in await connection.execute(query)]


def erasure_of_sound(room_sid: str, identity: str) -> Update:
    """Return the statement that gives up a participant's parts."""
    return (
        update(SoundPartRow)
        .where(SoundPartRow.room_sid == room_sid, SoundPartRow.identity == identity)
        .values(erased=True)
    )


async def delete_erased_sound(store: SoundRecords, files: Files) -> None:
    """Delete the files of what was erased, and every file that was mixed with it.

    Raises:
        FilesUnavailableError: some are left; do it again.
        StoreUnavailableError: as before.
    """
    erased = await store.list_erased_sound()
    if not erased:
        return
    for part in erased:
        await files.delete(part.path)
    for room_sid in {part.room_sid for part in erased}:
        await files.delete_folder(mixed_folder(room_sid))
    await store.remove_sound_parts([part.id for part in erased])
