"""What outlives a call: rooms, workers, leases, meetings and all that belongs to them."""

from records.briefs import Document, TooManyDocumentsError
from records.connection import StoreUnavailableError
from records.meetings import Meeting
from records.migrate import migrate
from records.rooms import Room, RoomExistsError
from records.store import Store
from records.usage import DayUsage, MeetingUsage
from records.workers import Lease, Worker

__all__ = [
    "DayUsage",
    "Document",
    "Lease",
    "Meeting",
    "MeetingUsage",
    "Room",
    "RoomExistsError",
    "Store",
    "StoreUnavailableError",
    "TooManyDocumentsError",
    "Worker",
    "migrate",
]
