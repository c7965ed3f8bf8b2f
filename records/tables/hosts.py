"""What only hosts are told: talking points, tasks and answers."""

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


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
    changes_version: Mapped[int | None] = mapped_column(Integer)
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
