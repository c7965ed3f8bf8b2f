"""Minutes, the work that waits for being done after a call, and the profiles of people."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


class MinutesRow(Base):
    """The newest minutes of a meeting by a template, for everybody or for one profile."""

    __tablename__ = "minutes"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    template: Mapped[str] = mapped_column(String(64), primary_key=True)
    profile_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Empty: everybody's."""
    version: Mapped[int] = mapped_column(Integer)
    """Goes on counting when minutes are erased and written anew."""
    written_at_ms: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str | None] = mapped_column(Text)
    """A `wire.minutes.Minutes` as JSON; None: erased, and not written anew yet."""


class WorkRow(Base):
    """Something that a worker is to do for a meeting, whenever one has time."""

    __tablename__ = "work"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    room_sid: Mapped[str] = mapped_column(ForeignKey("meetings.room_sid", ondelete="CASCADE"))
    template: Mapped[str] = mapped_column(String(64))
    """Empty: the one that the meeting's playbook names, else the worker's own."""
    profile_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    """See `records.work.WorkState`."""
    attempts: Mapped[int] = mapped_column(Integer)
    due_at_ms: Mapped[int] = mapped_column(BigInteger)
    """Nobody takes it before."""
    holder: Mapped[str] = mapped_column(String(128))
    """Who does it; empty: nobody does."""
    holder_until_ms: Mapped[int] = mapped_column(BigInteger)
    """When somebody else may take it, because the holder is dead."""
    reason: Mapped[str] = mapped_column(Text)
    """Why the last attempt failed, in words for people; empty: none has."""

    __table_args__ = (
        Index("ix_work_of_meeting", "room_sid", "kind", "template", "profile_id", unique=True),
        Index("ix_work_due", "state", "due_at_ms"),
    )


class ProfileRow(Base):
    """Somebody who wants to know what concerns them."""

    __tablename__ = "profiles"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(256))
    role: Mapped[str] = mapped_column(String(256))
    keywords: Mapped[list[str]] = mapped_column(JSON)
    projects: Mapped[list[str]] = mapped_column(JSON)
