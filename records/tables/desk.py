"""What the token server keeps for itself: webhooks out, playbooks, who spoke in which meeting.

The search over meetings has tables and triggers of each database's own; they stand in migration
0009 only, under names that begin with `search_`.
"""

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


class SpeakerRow(Base):
    """Somebody of whom a meeting has a final, or had one that was erased."""

    __tablename__ = "speakers"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    identity: Mapped[str] = mapped_column(String(256), primary_key=True)
    name: Mapped[str] = mapped_column(String(256))
    """As of the last final."""
    role: Mapped[str] = mapped_column(String(16))


class PlaybookRow(Base):
    """A playbook that was given over HTTP; it goes before a file of the same name."""

    __tablename__ = "playbooks"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    """YAML, as it was given."""
    version: Mapped[int] = mapped_column(Integer)
    """Grows with every change."""
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)


class WebhookRow(Base):
    """Who is told of what happens."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(String(128))
    """What requests are signed with."""
    with_words: Mapped[bool] = mapped_column(Boolean)
    """Whether requests carry titles and tasks, not only ids."""
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    looked_at_ms: Mapped[int] = mapped_column(BigInteger)
    """Until when the meetings were looked through for events."""


class DeliveryRow(Base):
    """One event on its way to one webhook."""

    __tablename__ = "deliveries"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The same whenever the event is sent again; made of webhook, event and subject."""
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    room_sid: Mapped[str] = mapped_column(ForeignKey("meetings.room_sid", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(256))
    """What it is about within the meeting: a task, a version of minutes."""
    happened_at_ms: Mapped[int] = mapped_column(BigInteger)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    """waiting, delivered or given_up."""
    attempts: Mapped[int] = mapped_column(Integer)
    due_at_ms: Mapped[int] = mapped_column(BigInteger)
    """When it is tried next; while it is tried, until when nobody else does."""
    last_result: Mapped[str] = mapped_column(String(120))
    """What came of the last attempt; empty: there was none."""

    __table_args__ = (
        Index("ix_deliveries_due", "state", "due_at_ms"),
        Index("ix_deliveries_room_sid", "room_sid"),
    )
