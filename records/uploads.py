"""Recordings that were uploaded, each with the meeting that becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from sqlalchemy import case, delete, select, update

from records.connection import DatabaseConnection
from records.tables import CoverageRow, MeetingRow, SegmentRow, SpeakerRow, UploadRow
from wire.coverage import SpeakerCoverage

UploadState = Literal["waiting", "running", "done", "failed"]
UploadSource = Literal["http", "command"]
"""http: the token server took it, and a worker's job transcribes it. command: `python -m agent
transcribe` reads it where it lies."""

ROOM_PREFIX: Final = "upload-"
"""Of the rooms that jobs of uploads are dispatched to; nobody joins them."""
MOST_LISTED: Final = 200
MOST_ATTEMPTS: Final = 5
"""So many jobs in turn may end without coming further; then the recording is given up. Those that
something else has ended, a provider that is away or a full disk, do not count."""
UPLOADS_FOLDER: Final = "uploads"
"""In the file store: of all uploaded recordings."""


def upload_folder(room_sid: str) -> str:
    """Return where an uploaded recording is in the file store."""
    return f"{UPLOADS_FOLDER}/{room_sid}"


def recording_path(room_sid: str) -> str:
    """Return the uploaded recording itself."""
    return f"{upload_folder(room_sid)}/recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A recording, and how far it has been transcribed."""

    room_sid: str
    """Of its meeting; no media server gave it."""
    source: UploadSource
    name: str
    kind: str
    size_bytes: int
    duration_ms: int
    state: UploadState
    cause: str
    position_ms: int
    speed: float | None
    speakers: int | None
    attempts: int
    created_at_ms: int
    changed_at_ms: int

    @property
    def started_at_ms(self) -> int:
        """When the recording began: it was over, at the latest, when it was uploaded."""
        return self.created_at_ms - self.duration_ms

    @property
    def room_name(self) -> str:
        """The room that its jobs are dispatched to."""
        return f"{ROOM_PREFIX}{self.room_sid}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.state in {"done", "failed"}

    @property
    def may_begin(self) -> bool:
        """Whether `begin_upload` begins it; see there."""
        return not self.is_over or (
            self.source == "command" and self.state == "failed" and self.attempts > MOST_ATTEMPTS
        )

    @property
    def percent(self) -> float:
        """How much of it is transcribed."""
        if self.state == "done":
            return 100.0
        return min(99.9, 100 * self.position_ms / max(1, self.duration_ms))

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the present speed; None: nobody knows."""
        if self.is_over:
            return 0.0
        if not self.speed:
            return None
        return max(0, self.duration_ms - self.position_ms) / 1000 / self.speed


class UploadRecords(DatabaseConnection):
    """Uploads; what belongs to their meetings is kept as for any other."""

    async def add_upload(
        self,
        room_sid: str,
        *,
        source: UploadSource,
        name: str,
        kind: str,
        size_bytes: int,
        duration_ms: int,
        now_ms: int,
    ) -> Upload:
        """Record a recording that was accepted, with its meeting; one that is there stays."""
        upload = Upload(
            room_sid=room_sid,
            source=source,
            name=name,
            kind=kind,
            size_bytes=size_bytes,
            duration_ms=duration_ms,
            state="waiting",
            cause="",
            position_ms=0,
            speed=None,
            speakers=None,
            attempts=0,
            created_at_ms=now_ms,
            changed_at_ms=now_ms,
        )
        meeting = self._insert(MeetingRow).values(
            room_sid=room_sid,
            room_name=upload.room_name,
            kind="upload",
            title=name,
            started_at_ms=upload.started_at_ms,
        )
        values = asdict(upload)
        row = self._insert(UploadRow).values(**values)
        async with self._transaction() as connection:
            await connection.execute(meeting.on_conflict_do_nothing())
            await connection.execute(row.on_conflict_do_nothing())
        return await self.find_upload(room_sid) or upload

    async def find_upload(self, room_sid: str) -> Upload | None:
        """Return an upload, or None if there is none, or none any more."""
        query = select(UploadRow.__table__).where(UploadRow.room_sid == room_sid)
        async with self._transaction() as connection:
            row = (await connection.execute(query)).first()
        return Upload(**row._mapping) if row else None

    async def list_uploads(self, *, most: int = MOST_LISTED) -> list[Upload]:
        """Return the newest uploads, newest first."""
        query = (
            select(UploadRow.__table__)
            .order_by(UploadRow.created_at_ms.desc(), UploadRow.room_sid)
            .limit(most)
        )
        async with self._transaction() as connection:
            return [Upload(**row._mapping) for row in await connection.execute(query)]

    async def list_unfinished_uploads(self) -> list[Upload]:
        """Return what the workers have still to transcribe, oldest first."""
        query = (
            select(UploadRow.__table__)
            .where(UploadRow.source == "http", UploadRow.state.in_(("waiting", "running")))
            .order_by(UploadRow.created_at_ms, UploadRow.room_sid)
            .limit(MOST_LISTED)
        )
        async with self._transaction() as connection:
            return [Upload(**row._mapping) for row in await connection.execute(query)]

    async def begin_upload(self, room_sid: str, *, now_ms: int) -> Upload | None:
        """Count a job that begins to transcribe; None if there is nothing to transcribe.

        On the command line nothing is counted: who runs the command again wants it to go on, also
        where it was given up for its attempts.
        """
        on_command = UploadRow.source == "command"
        given_up = on_command & (UploadRow.state == "failed") & (UploadRow.attempts > MOST_ATTEMPTS)
        changed = await self._change(
            room_sid,
            now_ms,
            UploadRow.state.in_(("waiting", "running")) | given_up,
            state="running",
            cause="",
            speed=None,
            attempts=case((on_command, 0), else_=UploadRow.attempts + 1),
        )
        return await self.find_upload(room_sid) if changed else None

    async def note_upload_position(
        self, room_sid: str, *, position_ms: int, speed: float | None, now_ms: int
    ) -> bool:
        """Note up to where every final is kept; False if the upload was deleted meanwhile."""
        return await self._change(
            room_sid, now_ms, position_ms=position_ms, speed=speed, attempts=0
        )

    async def put_off_upload(self, room_sid: str, *, cause: str, counts: bool, now_ms: int) -> None:
        """Note why a job ended before its time: the upload waits for another one.

        Args:
            room_sid: of the upload.
            cause: for people, with what to do.
            counts: whether the job counts as one that came no further.
            now_ms: the time.
        """
        before = case((UploadRow.attempts > 0, UploadRow.attempts - 1), else_=0)
        await self._change(
            room_sid,
            now_ms,
            UploadRow.state == "running",
            state="waiting",
            cause=cause,
            speed=None,
            attempts=UploadRow.attempts if counts else before,
        )

    async def finish_upload(self, room_sid: str, *, speakers: int, now_ms: int) -> None:
        """Note that all of it is transcribed."""
        await self._change(
            room_sid,
            now_ms,
            state="done",
            speakers=speakers,
            position_ms=UploadRow.duration_ms,
        )

    async def fail_upload(self, room_sid: str, *, cause: str, now_ms: int) -> None:
        """Note that nothing more will become of it; what was heard stays."""
        await self._change(room_sid, now_ms, state="failed", cause=cause)

    async def name_speakers(self, room_sid: str, names: Mapping[str, tuple[str, str]]) -> None:
        """Say who spoke which segment of an upload, in one transaction.

        Args:
            room_sid: of the meeting.
            names: identity and name of the speaker, by the id of the segment.
        """
        segments: dict[tuple[str, str], list[str]] = {}
        for segment_id, speaker in names.items():
            segments.setdefault(speaker, []).append(segment_id)
        of_meeting = SegmentRow.room_sid == room_sid
        async with self._transaction() as connection:
            for (identity, name), ids in segments.items():
                speaker_row = self._insert(SpeakerRow).values(
                    room_sid=room_sid, identity=identity, name=name, role="guest"
                )
                await connection.execute(speaker_row.on_conflict_do_nothing())
                for start in range(0, len(ids), _IDS_AT_ONCE):
                    some = ids[start : start + _IDS_AT_ONCE]
                    await connection.execute(
                        update(SegmentRow)
                        .where(of_meeting, SegmentRow.id.in_(some))
                        .values(speaker_identity=identity, speaker_name=name)
                    )
            # Whom nobody takes for a speaker any more was only a name for all of them.
            still = select(SegmentRow.speaker_identity).where(of_meeting)
            await connection.execute(
                delete(SpeakerRow).where(
                    SpeakerRow.room_sid == room_sid, SpeakerRow.identity.not_in(still)
                )
            )

    async def list_upload_ids(self) -> set[str]:
        """Return the ids of all uploads there are."""
        async with self._transaction() as connection:
            return set((await connection.execute(select(UploadRow.room_sid))).scalars())

    async def find_unreadable_seconds(self, room_sids: Sequence[str]) -> dict[str, float]:
        """Return how much of each recording could not be read, of those that were read to the end.

        Args:
            room_sids: of uploads, at most `MOST_LISTED`.
        """
        query = select(CoverageRow.room_sid, CoverageRow.report).where(
            CoverageRow.room_sid.in_(room_sids)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[str, float] = {}
        for room_sid, report in rows:
            dropped = SpeakerCoverage.model_validate_json(report).dropped_seconds
            # Two jobs that both came to its end have read the same.
            found[room_sid] = max(found.get(room_sid, 0.0), dropped.get("decode_error", 0.0))
        return found

    async def _change(self, room_sid: str, now_ms: int, *conditions: Any, **values: Any) -> bool:
        statement = (
            update(UploadRow)
            .where(UploadRow.room_sid == room_sid, *conditions)
            .values(changed_at_ms=now_ms, **values)
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1


_IDS_AT_ONCE: Final = 500
"""Databases bound the parameters of a statement."""
