"""What a call survived: gaps, and other lives of its room that belong to the same meeting."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


class GapRow(Base):
    """A time in which no agent listened to a meeting that went on."""

    __tablename__ = "gaps"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    started_at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ended_at_ms: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(32))
    """A `wire.gap.GapReason`."""
    transcript_sequence: Mapped[int] = mapped_column(Integer)
    """Its number; finals, erasures and gaps are numbered in one order."""

    __table_args__ = (Index("ix_gaps_meeting_order", "room_sid", "transcript_sequence"),)


class LifeRow(Base):
    """A later life of a meeting's room: the media server made it anew, and people stayed."""

    __tablename__ = "lives"

    life_sid: Mapped[str] = mapped_column(String(128), primary_key=True)
    """Of the room as the media server knows it now."""
    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), index=True
    )
    began_at_ms: Mapped[int] = mapped_column(BigInteger)
