"""What outlives a call: rooms, meetings, segments, talking points, leases, workers."""

from records.migrate import migrate
from records.store import (
    Lease,
    Meeting,
    Room,
    RoomExistsError,
    Store,
    StoreUnavailableError,
    Worker,
)

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
