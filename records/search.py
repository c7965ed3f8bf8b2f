"""Full text over what was said and what meetings are called.

SQLite has an index of its own for it (FTS5), Postgres one over its columns; both are made by
migration 0009 and kept by the database itself, so that what is deleted cannot be found.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from records.connection import DatabaseConnection
from records.meeting_list import (
    ListedMeeting,
    MeetingFilter,
    conditions_of,
    read_meetings,
    select_meetings,
)
from records.tables import MeetingRow, SegmentRow
from transcript_buffer.word_search import Phrase

MOST_LINES: Final = 1000
"""The newest so many lines that hold the words are ranked: a common word may stand in a million."""
LINES_SHOWN: Final = 3
"""Of one meeting, the best; they decide how good the meeting is."""

_TITLE: Final = ""
"""Stands for the id of a segment where a title was found."""
_LINES: Final = table(
    "search_lines", column("id", Integer), column("segment_id", String), column("room_sid", String)
)
_WORDS: Final = table("search_words", column("rowid", Integer))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """A final in which the words stand."""

    segment_id: str
    speaker_identity: str
    speaker_name: str
    started_at_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMeeting:
    """A meeting in which something was found."""

    meeting: ListedMeeting
    lines: tuple[FoundLine, ...]
    """The best, at most `LINES_SHOWN`; none: only its title holds the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found."""

    meetings: tuple[FoundMeeting, ...]
    """The best first."""
    more: bool
    """Whether there are more behind these."""
    only_newest: bool
    """Whether so many lines hold the words that older meetings were not looked at."""


class SearchRecords(DatabaseConnection):
    """Searches the meetings."""

    async def search_meetings(
        self, phrases: Sequence[Phrase], wanted: MeetingFilter, *, skip: int, most: int
    ) -> Found:
        """Find meetings with a line or a title that holds all of the phrases.

        Args:
            phrases: what is looked for; at least one.
            wanted: in which meetings.
            skip: so many of the best are left out.
            most: so many at most.
        """
        lines = (
            _sqlite_lines(phrases, wanted)
            if self._engine.dialect.name == "sqlite"
            else _postgres_lines(phrases, wanted)
        )
        async with self._transaction() as connection:
            by_meeting: dict[str, list[tuple[float, str]]] = defaultdict(list)
            rows = (await connection.execute(lines)).all()
            for room_sid, segment_id, score in rows:
                by_meeting[room_sid].append((score, segment_id))
            best = {
                room_sid: sorted(found, reverse=True)[:LINES_SHOWN]
                for room_sid, found in by_meeting.items()
            }
            # The lines come newest first, and sorting leaves equals as they are.
            order = sorted(best, key=lambda room_sid: -sum(score for score, _ in best[room_sid]))
            shown = {room_sid: best[room_sid] for room_sid in order[skip : skip + most]}
            return Found(
                meetings=tuple(await _read(connection, shown)),
                more=len(order) > skip + most,
                only_newest=len(rows) >= MOST_LINES,
            )


async def _read(
    connection: AsyncConnection, shown: dict[str, list[tuple[float, str]]]
) -> list[FoundMeeting]:
    query = select_meetings().where(MeetingRow.room_sid.in_(list(shown)))
    meetings = {one.room_sid: one for one in await read_meetings(connection, query)}
    ids = [segment_id for found in shown.values() for _, segment_id in found if segment_id]
    rows = await connection.execute(
        select(
            SegmentRow.id.label("segment_id"),
            SegmentRow.speaker_identity,
            SegmentRow.speaker_name,
            SegmentRow.started_at_ms,
            SegmentRow.text,
        ).where(SegmentRow.id.in_(ids))
    )
    lines = {row["segment_id"]: FoundLine(**row) for row in rows.mappings()}
    return [
        FoundMeeting(
            meeting=meetings[room_sid],
            lines=tuple(lines[segment_id] for _, segment_id in found if segment_id in lines),
        )
        for room_sid, found in shown.items()
        if room_sid in meetings
    ]


def _sqlite_lines(phrases: Sequence[Phrase], wanted: MeetingFilter) -> Any:
    # Words hold letters and digits only: nothing in the quotes can end them.
    sought = " ".join(
        f'"{" ".join(phrase.words)}"{"*" if phrase.is_beginning else ""}' for phrase in phrases
    )
    query = (
        select(_LINES.c.room_sid, _LINES.c.segment_id, literal_column("-bm25(search_words)"))
        .select_from(_WORDS.join(_LINES, _LINES.c.id == _WORDS.c.rowid))
        .where(text("search_words MATCH :sought").bindparams(sought=sought))
        # The index walks its rows in this order, and stops where it has enough.
        .order_by(_WORDS.c.rowid.desc())
        .limit(MOST_LINES)
    )
    if wanted.is_empty:
        return query
    meant = select(MeetingRow.room_sid).where(*conditions_of(wanted))
    # The plus keeps SQLite from walking through the meetings first.
    return query.where(literal_column("+search_lines.room_sid").in_(meant))


def _postgres_lines(phrases: Sequence[Phrase], wanted: MeetingFilter) -> Any:
    sought = reduce(lambda all_of, one: all_of.op("&&")(one), map(_postgres_phrase, phrases))
    meant = conditions_of(wanted)
    found = union_all(
        _postgres_half(SegmentRow.text, SegmentRow.id, SegmentRow.started_at_ms, sought, meant),
        _postgres_half(MeetingRow.title, literal(_TITLE), MeetingRow.started_at_ms, sought, meant),
    ).subquery()
    rank = func.ts_rank_cd(_vector(found.c.text), sought, 1)
    return select(found.c.room_sid, found.c.segment_id, rank).order_by(found.c.at_ms.desc())


def _postgres_phrase(phrase: Phrase) -> Any:
    side_by_side = func.phraseto_tsquery(literal_column("'simple'"), " ".join(phrase.words))
    if not phrase.is_beginning:
        return side_by_side
    return cast(cast(side_by_side, String).concat(":*"), TSQUERY)


def _postgres_half(
    words: Any, segment_id: Any, at_ms: Any, sought: Any, meant: list[ColumnElement[bool]]
) -> Any:
    rows = words.class_
    query = (
        select(
            rows.room_sid, segment_id.label("segment_id"), at_ms.label("at_ms"), words.label("text")
        )
        .where(_vector(words).op("@@")(sought))
        .order_by(at_ms.desc())
        .limit(MOST_LINES)
    )
    if meant:
        query = query.where(rows.room_sid.in_(select(MeetingRow.room_sid).where(*meant)))
    return query.subquery().select()


def _vector(words: Any) -> Any:
    return func.to_tsvector(literal_column("'simple'"), func.search_fold(words))
