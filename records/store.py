"""The one place that queries and commits. Every method is one transaction."""

from records.answers import AnswerRecords
from records.briefs import BriefRecords
from records.call_states import CallStateRecords
from records.catch_up import CatchUpRecords
from records.consent import ConsentRecords
from records.coverage import CoverageRecords
from records.erasures import ErasureRecords
from records.forgetting import ForgettingRecords
from records.gaps import GapRecords
from records.live import LiveRecords
from records.meeting_list import MeetingListRecords
from records.meetings import MeetingRecords
from records.minutes import MinutesRecords
from records.playbooks import PlaybookRecords
from records.points import TalkingPointRecords
from records.profiles import ProfileRecords
from records.rooms import RoomRecords
from records.search import SearchRecords
from records.sound import SoundRecords
from records.tasks import TaskRecords
from records.transcript_page import TranscriptPageRecords
from records.uploads import UploadRecords
from records.usage import UsageRecords
from records.webhooks import WebhookRecords
from records.work import WorkRecords
from records.workers import WorkerRecords


class Store(
    RoomRecords,
    WorkerRecords,
    ForgettingRecords,
    LiveRecords,
    MeetingRecords,
    MeetingListRecords,
    SearchRecords,
    TranscriptPageRecords,
    GapRecords,
    TalkingPointRecords,
    ErasureRecords,
    CallStateRecords,
    CatchUpRecords,
    ConsentRecords,
    CoverageRecords,
    SoundRecords,
    TaskRecords,
    AnswerRecords,
    BriefRecords,
    UsageRecords,
    UploadRecords,
    WorkRecords,
    MinutesRecords,
    ProfileRecords,
    PlaybookRecords,
    WebhookRecords,
):
    """Everything that outlives a call.

    Use as an async context manager, or call `aclose`. Every method raises
    `StoreUnavailableError` when the database cannot be reached.
    """
