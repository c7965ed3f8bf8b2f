"""The tables. Times are milliseconds since the Unix epoch, in columns that end in `_ms`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    false,
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
    goal: Mapped[str | None] = mapped_column(Text)
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
    sequence: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Its place in the order of being kept, from 1; 0: kept before finals were numbered."""

    __table_args__ = (
        Index("ix_segments_meeting_order", "room_sid", "started_at_ms", "id"),
        Index("ix_segments_meeting_sequence", "room_sid", "sequence"),
    )


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
    answer: Mapped[str | None] = mapped_column(Text)
    """A `wire.talking_point.BriefLine` as JSON."""
    state: Mapped[str] = mapped_column(String(16), default="shown", server_default="shown")
    pinned: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    useful: Mapped[bool | None] = mapped_column(Boolean)
    expires_at_ms: Mapped[int | None] = mapped_column(BigInteger)

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


class TaskRow(Base):
    """The newest version of a task, as `wire.tasks` tells it."""

    __tablename__ = "tasks"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_sid: Mapped[str] = mapped_column(ForeignKey("meetings.room_sid", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    proposes: Mapped[str] = mapped_column(String(16))
    changes_task_id: Mapped[str | None] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(256))
    due: Mapped[str] = mapped_column(String(32))
    due_spoken: Mapped[str] = mapped_column(String(120))
    priority: Mapped[str] = mapped_column(String(16))
    quote: Mapped[str] = mapped_column(Text)
    segment_id: Mapped[str] = mapped_column(String(64))
    host_identity: Mapped[str] = mapped_column(String(256))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)
    announced: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether the hosts in the room have been sent this version; the agent looks for others."""

    __table_args__ = (Index("ix_tasks_meeting_order", "room_sid", "sequence"),)


class AnswerRow(Base):
    """The newest version of an answer to a host's question."""

    __tablename__ = "answers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_sid: Mapped[str] = mapped_column(ForeignKey("meetings.room_sid", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(Text)
    """A `wire.answers.Answer` as JSON."""

    __table_args__ = (Index("ix_answers_meeting_order", "room_sid", "sequence"),)


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


class BriefRow(Base):
    """A document that a host gave to a room, as plain text; a line of it is a line of this."""

    __tablename__ = "briefs"

    room_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    document: Mapped[str] = mapped_column(String(256), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    by_page: Mapped[bool] = mapped_column(Boolean)
    """Whether the text holds one page (of a PDF) between form feeds, and pages are counted."""
    given_at_ms: Mapped[int] = mapped_column(BigInteger)


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
