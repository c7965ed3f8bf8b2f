"""The tables. Times are milliseconds since the Unix epoch, in columns that end in `_ms`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Names constraints by rule, so that migrations can find them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class RoomRow(Base):
    """A room that the token server created; it may be opened again until it is closed."""

    __tablename__ = "rooms"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    playbook: Mapped[str | None] = mapped_column(String(64))
    consent: Mapped[str | None] = mapped_column(String(16))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    closed_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class LeaseRow(Base):
    """Which agent serves a room; at most one, by the primary key."""

    __tablename__ = "leases"

    room_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    holder: Mapped[str] = mapped_column(String(128))
    expires_at_ms: Mapped[int] = mapped_column(BigInteger)


class WorkerRow(Base):
    """A worker that is registered with the media server, as of its last beat."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    agent_name: Mapped[str] = mapped_column(String(64))
    active_jobs: Mapped[int] = mapped_column(Integer)
    seen_at_ms: Mapped[int] = mapped_column(BigInteger)


class MeetingRow(Base):
    """One life of a room, as the media server counts lives: by its sid."""

    __tablename__ = "meetings"

    room_sid: Mapped[str] = mapped_column(String(128), primary_key=True)
    room_name: Mapped[str] = mapped_column(String(128), index=True)
    started_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger)


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

    __table_args__ = (Index("ix_segments_meeting_order", "room_sid", "started_at_ms", "id"),)


class TalkingPointRow(Base):
    """The newest version of a talking point."""

    __tablename__ = "talking_points"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_sid: Mapped[str] = mapped_column(ForeignKey("meetings.room_sid", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(16))
    rule_id: Mapped[str | None] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    complete: Mapped[bool] = mapped_column(Boolean)
    quote: Mapped[str] = mapped_column(Text)
    segment_id: Mapped[str] = mapped_column(String(64))
    speaker_identity: Mapped[str] = mapped_column(String(256))
    speaker_name: Mapped[str] = mapped_column(String(256))
    read_identities: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    heard_at_ms: Mapped[int] = mapped_column(BigInteger)
    sent_at_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_talking_points_meeting_order", "room_sid", "sequence"),)


class ConsentRow(Base):
    """A participant's last answer to whether it may be transcribed."""

    __tablename__ = "consents"

    room_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    identity: Mapped[str] = mapped_column(String(256), primary_key=True)
    answer: Mapped[str] = mapped_column(String(8))
    answered_at_ms: Mapped[int] = mapped_column(BigInteger)


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
