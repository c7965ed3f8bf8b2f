"""Documents that hosts gave to rooms: notes, price lists, frequent questions."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from records.connection import DatabaseConnection
from records.tables import BriefRow


class TooManyDocumentsError(Exception):
    """The room has as many documents as it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a room's brief, as plain text."""

    name: str
    """As it was given; unique in its room."""
    text: str
    by_page: bool
    """Whether the text holds one page (of a PDF) between form feeds, and pages are counted."""
    given_at_ms: int


class BriefRecords(DatabaseConnection):
    """The documents of rooms."""

    async def put_document(self, room_name: str, document: Document, *, most: int) -> None:
        """Keep a document, in place of an older one of the same name.

        Raises:
            TooManyDocumentsError: the room has `most` others already.
        """
        row = {
            "room_name": room_name,
            "document": document.name,
            "text": document.text,
            "by_page": document.by_page,
            "given_at_ms": document.given_at_ms,
        }
        others = (
            select(func.count())
            .select_from(BriefRow)
            .where(BriefRow.room_name == room_name, BriefRow.document != document.name)
        )
        statement = self._upsert(BriefRow, row, BriefRow.room_name, BriefRow.document)
        async with self._transaction() as connection:
            if (await connection.execute(others)).scalar_one() >= most:
                raise TooManyDocumentsError(room_name)
            await connection.execute(statement)

    async def list_documents(self, room_name: str) -> list[Document]:
        """Return the documents of a room, oldest first."""
        query = (
            select(BriefRow)
            .where(BriefRow.room_name == room_name)
            .order_by(BriefRow.given_at_ms, BriefRow.document)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Document(
                name=row.document,
                text=row.text,
                by_page=row.by_page,
                given_at_ms=row.given_at_ms,
            )
            for row in rows
        ]

    async def list_document_names(self, room_name: str) -> list[tuple[str, int]]:
        """Return names of a room's documents and when they were given: what tells of a change."""
        query = (
            select(BriefRow.document, BriefRow.given_at_ms)
            .where(BriefRow.room_name == room_name)
            .order_by(BriefRow.given_at_ms, BriefRow.document)
        )
        async with self._transaction() as connection:
            return [(row[0], row[1]) for row in await connection.execute(query)]

    async def delete_document(self, room_name: str, name: str) -> bool:
        """Forget a document, with every trace in a SQLite file; False if there is none.

        Raises:
            StoreUnavailableError: it is not deleted, or traces are left; delete again.
        """
        statement = delete(BriefRow).where(
            BriefRow.room_name == room_name, BriefRow.document == name
        )
        async with self._transaction() as connection:
            deleted = (await connection.execute(statement)).rowcount == 1
        await self._scrub(deleted=deleted)
        return deleted
