"""Playbooks that were given over HTTP."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from records.connection import DatabaseConnection
from records.tables import PlaybookRow


class TooManyPlaybooksError(Exception):
    """There are as many playbooks as there may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlaybook:
    """A playbook that goes before a file of the same name."""

    name: str
    text: str
    """YAML, as it was given."""
    version: int
    """From 1; grows with every change."""
    changed_at_ms: int


class PlaybookRecords(DatabaseConnection):
    """Playbooks; they belong to no meeting."""

    async def put_playbook(self, name: str, text: str, *, now_ms: int, most: int) -> HeldPlaybook:
        """Keep a playbook, in place of an older one of its name.

        Raises:
            TooManyPlaybooksError: there are `most` others.
        """
        row = {"name": name, "text": text, "version": 1, "changed_at_ms": now_ms}
        statement = (
            self._insert(PlaybookRow)
            .values(**row)
            .on_conflict_do_update(
                index_elements=[PlaybookRow.name],
                set_={**row, "version": PlaybookRow.version + 1},
            )
            .returning(PlaybookRow.version)
        )
        others = select(func.count()).select_from(PlaybookRow).where(PlaybookRow.name != name)
        async with self._transaction() as connection:
            if (await connection.execute(others)).scalar_one() >= most:
                raise TooManyPlaybooksError
            version = (await connection.execute(statement)).scalar_one()
        return HeldPlaybook(name=name, text=text, version=version, changed_at_ms=now_ms)

    async def find_playbook(self, name: str) -> HeldPlaybook | None:
        """Return a playbook, or None."""
        return next((one for one in await self.list_playbooks() if one.name == name), None)

    async def list_playbooks(self) -> list[HeldPlaybook]:
        """Return all playbooks, by name."""
        query = select(PlaybookRow.__table__).order_by(PlaybookRow.name)
        async with self._transaction() as connection:
            return [HeldPlaybook(**row) for row in (await connection.execute(query)).mappings()]

    async def list_playbook_marks(self) -> dict[str, tuple[int, int]]:
        """Return version and time of each playbook by its name: what tells of a change."""
        query = select(PlaybookRow.name, PlaybookRow.version, PlaybookRow.changed_at_ms)
        async with self._transaction() as connection:
            return {row[0]: (row[1], row[2]) for row in await connection.execute(query)}

    async def delete_playbook(self, name: str) -> bool:
        """Forget a playbook; False if there is none."""
        statement = delete(PlaybookRow).where(PlaybookRow.name == name)
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1
