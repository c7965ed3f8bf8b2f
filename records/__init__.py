"""What outlives a call: rooms, workers, leases, meetings, consent, coverage."""

from records.connection import StoreUnavailableError
from records.meetings import Meeting
from records.migrate import migrate
from records.rooms import Room, RoomExistsError
from records.store import Store
from records.workers import Lease, Worker

__all__ = [
    "Lease",
    "Meeting",
    "Room",
    "RoomExistsError",
    "Store",
    "StoreUnavailableError",
    "Worker",
    "migrate",
]
