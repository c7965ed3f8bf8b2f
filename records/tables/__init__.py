"""The tables. Times are milliseconds since the Unix epoch, in columns that end in `_ms`."""

from records.tables.base import Base
from records.tables.desk import DeliveryRow, PlaybookRow, SpeakerRow, WebhookRow
from records.tables.hosts import AnswerRow, TalkingPointRow, TaskRow
from records.tables.meetings import (
    CallStateRow,
    CoverageRow,
    ErasureRow,
    MeetingRow,
    OffTheRecordRow,
    SegmentRow,
    UsageRow,
)
from records.tables.minutes import MinutesRow, ProfileRow, WorkRow
from records.tables.rooms import BriefRow, ConsentRow, LeaseRow, RoomRow, WorkerRow
from records.tables.sound import SoundConsentRow, SoundPartRow, SoundSwitchRow
from records.tables.survival import GapRow, LifeRow
from records.tables.uploads import UploadRow

__all__ = [
    "AnswerRow",
    "Base",
    "BriefRow",
    "CallStateRow",
    "ConsentRow",
    "CoverageRow",
    "DeliveryRow",
    "ErasureRow",
    "GapRow",
    "LeaseRow",
    "LifeRow",
    "MeetingRow",
    "MinutesRow",
    "OffTheRecordRow",
    "PlaybookRow",
    "ProfileRow",
    "RoomRow",
    "SegmentRow",
    "SoundConsentRow",
    "SoundPartRow",
    "SoundSwitchRow",
    "SpeakerRow",
    "TalkingPointRow",
    "TaskRow",
    "UploadRow",
    "UsageRow",
    "WebhookRow",
    "WorkRow",
    "WorkerRow",
]
