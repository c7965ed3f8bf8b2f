"""The one place that queries and commits. Every method is one transaction."""

from records.consent import ConsentRecords
from records.coverage import CoverageRecords
from records.meetings import MeetingRecords
from records.rooms import RoomRecords
from records.workers import WorkerRecords


class Store(RoomRecords, WorkerRecords, MeetingRecords, ConsentRecords, CoverageRecords):
    """Rooms, workers, leases, meetings with what was said in them, consent and coverage.

    Use as an async context manager, or call `aclose`. Every method raises
    `StoreUnavailableError` when the database cannot be reached.
    """
