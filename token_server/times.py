"""Times as they go out."""

from datetime import UTC, datetime


def to_time(milliseconds: int) -> datetime:
    """Return milliseconds since the Unix epoch as a time with a time zone."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
