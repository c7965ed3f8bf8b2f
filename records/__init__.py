"""What outlives a call: rooms, workers, leases, meetings and all that belongs to them."""

from records.briefs import Document, TooManyDocumentsError
from records.connection import RecordRefusedError, StoreUnavailableError
from records.files import FileMissingError, Files, FilesUnavailableError
from records.gaps import WORTH_MARKING_MS
from records.meetings import Meeting, MeetingKind
from records.migrate import migrate
from records.minutes import ErasuresSeen
from records.profiles import Profile
from records.rooms import GuestsRead, Room, RoomExistsError
from records.store import Store
from records.uploads import ROOM_PREFIX, Upload, UploadSource, UploadState
from records.usage import DayUsage, MeetingUsage
from records.work import Work, WorkState
from records.workers import Lease, Worker

__all__ = [
    "ROOM_PREFIX",
    "WORTH_MARKING_MS",
    "DayUsage",
    "Document",
    "ErasuresSeen",
    "FileMissingError",
    "Files",
    "FilesUnavailableError",
    "GuestsRead",
    "Lease",
    "Meeting",
    "MeetingKind",
    "MeetingUsage",
    "Profile",
    "RecordRefusedError",
    "Room",
    "RoomExistsError",
    "Store",
    "StoreUnavailableError",
    "TooManyDocumentsError",
    "Upload",
    "UploadSource",
    "UploadState",
    "Work",
    "WorkState",
    "Worker",
    "migrate",
]
