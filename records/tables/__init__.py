"""The tables. Times are milliseconds since the Unix epoch, in columns that end in `_ms`."""

from records.tables.base import Base
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
from records.tables.rooms import BriefRow, ConsentRow, LeaseRow, RoomRow, WorkerRow

__all__ = [
    "AnswerRow",
    "Base",
    "BriefRow",
    "CallStateRow",
    "ConsentRow",
    "CoverageRow",
    "ErasureRow",
    "LeaseRow",
    "MeetingRow",
    "OffTheRecordRow",
    "RoomRow",
    "SegmentRow",
    "TalkingPointRow",
    "TaskRow",
    "UsageRow",
    "WorkerRow",
]
