"""The one place that queries and commits. Every method is one transaction."""

from records.answers import AnswerRecords
from records.briefs import BriefRecords
from records.call_states import CallStateRecords
from records.catch_up import CatchUpRecords
from records.consent import ConsentRecords
from records.coverage import CoverageRecords
from records.erasures import ErasureRecords
from records.meetings import MeetingRecords
from records.points import TalkingPointRecords
from records.rooms import RoomRecords
from records.tasks import TaskRecords
from records.usage import UsageRecords
from records.workers import WorkerRecords


class Store(
    RoomRecords,
    WorkerRecords,
    MeetingRecords,
    TalkingPointRecords,
    ErasureRecords,
    CallStateRecords,
    CatchUpRecords,
    ConsentRecords,
    CoverageRecords,
    TaskRecords,
    AnswerRecords,
    BriefRecords,
    UsageRecords,
):
    """Everything that outlives a call.

    Use as an async context manager, or call `aclose`. Every method raises
    `StoreUnavailableError` when the database cannot be reached.
    """
