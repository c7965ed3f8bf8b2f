"""Meetings, what was said in them, and how well they were heard."""

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


class MeetingRow(Base):
    """What the people in a room take for one meeting.

    A life of the room, and those after it in which the media server made it anew (`LifeRow`).
    """

    __tablename__ = "meetings"

    room_sid: Mapped[str] = mapped_column(String(128), primary_key=True)
    """Of its first life."""
    room_name: Mapped[str] = mapped_column(String(128), index=True)
    started_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """None: it goes on, or whoever served it died and nobody has taken it up yet."""
    kind: Mapped[str] = mapped_column(String(16), default="call", server_default="call")
    """"call" or "upload"."""
    seen_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Up to when all that was said is heard and kept; None: no agent has listened."""
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    """From its minutes; empty: there are none."""

    __table_args__ = (Index("ix_meetings_newest", "started_at_ms", "room_sid"),)


class SegmentRow(Base):
    """A final segment of the transcript."""

    __tablename__ = "segments"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_sid: Mapped[str] = mapped_column(ForeignKey("meetings.room_sid", ondelete="CASCADE"))
    speaker_identity: Mapped[str] = mapped_column(String(256))
    speaker_name: Mapped[str] = mapped_column(String(256))
    speaker_role: Mapped[str] = mapped_column(String(16))
    track_sid: Mapped[str] = mapped_column(String(128))
    text: Mapped[str] = mapped_column(Text)
    started_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Its place in the order of being kept, from 1; 0: kept before finals were numbered."""

    __table_args__ = (
        Index("ix_segments_meeting_order", "room_sid", "started_at_ms", "id"),
        Index("ix_segments_meeting_sequence", "room_sid", "sequence"),
    )


class OffTheRecordRow(Base):
    """A time in which a host had everybody off the record."""

    __tablename__ = "off_the_record"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    started_at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class CoverageRow(Base):
    """What one agent heard of one participant in a meeting, as `wire.coverage` tells it."""

    __tablename__ = "coverage"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    job_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    identity: Mapped[str] = mapped_column(String(256), primary_key=True)
    report: Mapped[str] = mapped_column(Text)


class ErasureRow(Base):
    """Up to where a participant's words were erased from a meeting."""

    __tablename__ = "erasures"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    identity: Mapped[str] = mapped_column(String(256), primary_key=True)
    transcript_sequence: Mapped[int] = mapped_column(Integer)
    """The number of the erasure itself; finals and erasures are numbered in one order."""
    sequence: Mapped[int] = mapped_column(Integer)
    """The highest number of a message to hosts that was given out before."""


class UsageRow(Base):
    """What one model of one provider did in a meeting on one day, and what it cost."""

    __tablename__ = "usage"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[str] = mapped_column(String(10), primary_key=True, index=True)
    """UTC, ISO 8601."""
    provider: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(120), primary_key=True)
    usage: Mapped[str] = mapped_column(Text)
    """Amounts by `wire.costs.UsageUnit`, as JSON."""
    estimated: Mapped[bool] = mapped_column(Boolean)
    currency: Mapped[str] = mapped_column(String(3))
    cost: Mapped[float | None] = mapped_column(Float)
    """None: the price table did not know the model."""


class CallStateRow(Base):
    """What the hosts have set for a meeting, for the agent that takes it up again."""

    __tablename__ = "call_states"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    paused: Mapped[bool] = mapped_column(Boolean)
    muted: Mapped[bool] = mapped_column(Boolean)
    playbook: Mapped[str] = mapped_column(String(64))
    goal: Mapped[str] = mapped_column(Text)
    instruction: Mapped[str] = mapped_column(Text)
