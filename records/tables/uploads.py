"""Recordings that were uploaded to become meetings."""

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


class UploadRow(Base):
    """A recording, and how far it has been transcribed; its meeting is there from the beginning."""

    __tablename__ = "uploads"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(String(16))
    """A `records.uploads.UploadSource`: http ones are given to the workers."""
    name: Mapped[str] = mapped_column(Text)
    """Of the file, as its owner called it."""
    kind: Mapped[str] = mapped_column(String(16))
    """By its content: wav, mp3, mp4, ..."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    """A `records.uploads.UploadState`."""
    cause: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Why it failed, for people; empty: it has not."""
    position_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Up to where of the recording every final is kept."""
    speed: Mapped[float | None] = mapped_column(Float)
    """Seconds of the recording in a second, lately; None: nobody knows yet."""
    speakers: Mapped[int | None] = mapped_column(Integer)
    """How many voices were told apart; None: not yet."""
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Jobs that began since the position last moved."""
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_uploads_state", "state", "created_at_ms"),)
