"""The recorded sound of calls."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base


class SoundConsentRow(Base):
    """A participant's last answer to whether its voice may be recorded."""

    __tablename__ = "sound_consents"

    room_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    identity: Mapped[str] = mapped_column(String(256), primary_key=True)
    answer: Mapped[str] = mapped_column(String(8))
    answered_at_ms: Mapped[int] = mapped_column(BigInteger)


class SoundSwitchRow(Base):
    """Whether a host has the recording of a meeting on."""

    __tablename__ = "sound_switches"

    room_sid: Mapped[str] = mapped_column(
        ForeignKey("meetings.room_sid", ondelete="CASCADE"), primary_key=True
    )
    on_since_ms: Mapped[int | None] = mapped_column(BigInteger)
    """None: it is off again."""


class SoundPartRow(Base):
    """A stretch of one participant's voice, in a file of its own."""

    __tablename__ = "sound_parts"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_sid: Mapped[str] = mapped_column(ForeignKey("meetings.room_sid", ondelete="CASCADE"))
    identity: Mapped[str] = mapped_column(String(256))
    name: Mapped[str] = mapped_column(String(256))
    format: Mapped[str] = mapped_column(String(8))
    """Ending of the file's name."""
    started_at_ms: Mapped[int] = mapped_column(BigInteger)
    """When its first sample was heard."""
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    """None: it is still being recorded, or on the machine that recorded it."""
    erased: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Its file is to be deleted, and this row when that is done."""

    __table_args__ = (Index("ix_sound_parts_meeting_order", "room_sid", "started_at_ms", "id"),)
