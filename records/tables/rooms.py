"""Rooms, who serves them, and what belongs to a room through all its meetings."""

from sqlalchemy import BigInteger, Boolean, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


class RoomRow(Base):
    """A room that the token server created; it may be opened again until it is closed."""

    __tablename__ = "rooms"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    playbook: Mapped[str | None] = mapped_column(String(64))
    consent: Mapped[str | None] = mapped_column(String(16))
    goal: Mapped[str | None] = mapped_column(Text)
    guests_read: Mapped[str] = mapped_column(String(16), default="none", server_default="none")
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    closed_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class LeaseRow(Base):
    """Which agent serves a room; at most one, by the primary key."""

    __tablename__ = "leases"

    room_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    holder: Mapped[str] = mapped_column(String(128))
    expires_at_ms: Mapped[int] = mapped_column(BigInteger)
    leaving: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether the holder's worker shuts down, so that a successor may ask for the lease."""
    wanted_by: Mapped[str | None] = mapped_column(String(128))
    """The successor who is in place and waits for the lease; None: nobody does."""


class WorkerRow(Base):
    """A worker that is registered with the media server, as of its last beat."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    agent_name: Mapped[str] = mapped_column(String(64))
    active_jobs: Mapped[int] = mapped_column(Integer)
    seen_at_ms: Mapped[int] = mapped_column(BigInteger)
    leaving: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether it shuts down and takes no more jobs."""


class BriefRow(Base):
    """A document that a host gave to a room, as plain text; a line of it is a line of this."""

    __tablename__ = "briefs"

    room_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    document: Mapped[str] = mapped_column(String(256), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    by_page: Mapped[bool] = mapped_column(Boolean)
    """Whether the text holds one page (of a PDF) between form feeds, and pages are counted."""
    given_at_ms: Mapped[int] = mapped_column(BigInteger)


class ConsentRow(Base):
    """A participant's last answer to whether it may be transcribed."""

    __tablename__ = "consents"

    room_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    identity: Mapped[str] = mapped_column(String(256), primary_key=True)
    answer: Mapped[str] = mapped_column(String(8))
    answered_at_ms: Mapped[int] = mapped_column(BigInteger)
