"""What the hosts have set for a meeting."""

from dataclasses import asdict, dataclass, fields

from sqlalchemy import select

from records.connection import DatabaseConnection
from records.tables import CallStateRow


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCallState:
    """The part of `wire.controls.CallState` that the hosts have chosen."""

    paused: bool = False
    muted: bool = False
    playbook: str
    goal: str = ""
    instruction: str = ""


class CallStateRecords(DatabaseConnection):
    """The settings of meetings."""

    async def put_call_state(self, room_sid: str, state: KeptCallState) -> None:
        """Keep what is set now."""
        row = {"room_sid": room_sid, **asdict(state)}
        async with self._transaction() as connection:
            await connection.execute(self._upsert(CallStateRow, row, CallStateRow.room_sid))

    async def find_call_state(self, room_sid: str) -> KeptCallState | None:
        """Return what was set last, or None."""
        columns = [getattr(CallStateRow, field.name) for field in fields(KeptCallState)]
        query = select(*columns).where(CallStateRow.room_sid == room_sid)
        async with self._transaction() as connection:
            row = (await connection.execute(query)).first()
        return KeptCallState(**row._mapping) if row else None
