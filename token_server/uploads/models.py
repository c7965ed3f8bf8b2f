"""What goes out about uploads."""

from datetime import UTC, datetime
from typing import Final, Self

from pydantic import BaseModel

from records import Upload, UploadSource, UploadState
from token_server.models import answer_config

_EXAMPLE: Final = {
    "id": "UP_5f0c2b9a8d1e4f607182",
    "room_sid": "UP_5f0c2b9a8d1e4f607182",
    "name": "interview.m4a",
    "kind": "mp4",
    "size_bytes": 14680064,
    "seconds": 1803.2,
    "source": "http",
    "state": "running",
    "cause": None,
    "percent": 41.7,
    "speed": 7.9,
    "seconds_left": 133.1,
    "speakers": None,
    "unreadable_seconds": None,
    "created_at": "2026-11-21T16:00:00Z",
}


class UploadProgress(BaseModel):
    """A recording, and how far it has been transcribed."""

    model_config = answer_config(_EXAMPLE)

    id: str
    """Of the upload."""
    room_sid: str
    """Of its meeting: /meetings/{room_sid}; the same as the id."""
    name: str
    """Of the file, as it was uploaded."""
    kind: str
    """By its content: wav, mp3, mp4, ..."""
    size_bytes: int
    seconds: float
    """How long it is."""
    source: UploadSource
    """http, or command: `python -m agent transcribe`."""
    state: UploadState
    """waiting, running, done or failed."""
    cause: str | None
    """Why it failed; of one that waits, why its last job ended before its time. null: neither."""
    percent: float
    """How much of it is transcribed."""
    speed: float | None
    """Seconds of the recording in a second; null: nobody knows yet."""
    seconds_left: float | None
    """At the present speed; null: nobody knows yet."""
    speakers: int | None
    """How many voices were told apart; null: not yet."""
    unreadable_seconds: float | None
    """How much of it was broken and could not be read; null: it was not read to its end."""
    created_at: datetime

    @classmethod
    def of(cls, upload: Upload, unreadable_seconds: float | None = None) -> Self:
        """Return what is told of an upload."""
        left = upload.seconds_left
        return cls(
            id=upload.room_sid,
            room_sid=upload.room_sid,
            name=upload.name,
            kind=upload.kind,
            size_bytes=upload.size_bytes,
            seconds=upload.duration_ms / 1000,
            source=upload.source,
            state=upload.state,
            cause=upload.cause or None,
            percent=round(upload.percent, 1),
            speed=None if upload.speed is None else round(upload.speed, 2),
            seconds_left=None if left is None else round(left, 1),
            speakers=upload.speakers,
            unreadable_seconds=unreadable_seconds,
            created_at=datetime.fromtimestamp(upload.created_at_ms / 1000, UTC),
        )


class UploadList(BaseModel):
    """The newest uploads."""

    model_config = answer_config({"uploads": [_EXAMPLE]})

    uploads: list[UploadProgress]
