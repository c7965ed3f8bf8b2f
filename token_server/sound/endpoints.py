"""Routes to the recorded sound of meetings: switch it on, list it, play it, delete it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Query
from fastapi.responses import StreamingResponse

from records import FileMissingError, Meeting
from records.sound import SoundPart, delete_erased_sound, mixed_folder
from token_server import problems
from token_server.desk import Desk, DeskNeeded
from token_server.meetings.access import MEETING_PROBLEMS, HostMeeting
from token_server.problems import ProblemError, document
from token_server.sound.byte_range import read_range
from token_server.sound.link import SoundWanted, read_ticket, sign_link
from token_server.sound.mix import begins_at_ms, ends_at_ms, make_mixed, mixed_path
from token_server.sound.models import (
    ListedPart,
    MixedSound,
    ParticipantSound,
    SoundList,
    SwitchRequest,
)

_MEDIA_TYPES: Final = {"flac": "audio/flac", "ogg": "audio/ogg"}
_PLAYED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"audio/flac": {}}, "description": "the whole file"},
    206: {"content": {"audio/flac": {}}, "description": "the bytes asked for"},
}

router = APIRouter(tags=["sound"])


@router.get("/meetings/{room_sid}/sound", responses=MEETING_PROBLEMS)
async def list_sound(desk: DeskNeeded, meeting: HostMeeting) -> SoundList:
    """List what was recorded of a meeting, for its hosts."""
    return await _describe(desk, meeting)


@router.put(
    "/meetings/{room_sid}/sound/recording",
    responses=MEETING_PROBLEMS | document(problems.SOUND_CONFLICT, problems.NOT_JSON),
)
async def switch_recording(
    desk: DeskNeeded, meeting: HostMeeting, wanted: Annotated[SwitchRequest, Body()]
) -> SoundList:
    """Record the meeting from now on, or record no longer.

    Only those are recorded who have agreed to it, and everybody in the call sees it. The agent
    follows within some seconds.
    """
    if wanted.on and (meeting.ended_at_ms is not None or meeting.kind != "call"):
        raise ProblemError(
            problems.SOUND_CONFLICT,
            "the meeting is over, or was no call",
            "record while people are in the call",
        )
    since = await desk.store.find_sound_switch(meeting.room_sid)
    if wanted.on != (since is not None):
        await desk.store.put_sound_switch(meeting.room_sid, desk.clock() if wanted.on else None)
    return await _describe(desk, meeting)


@router.delete(
    "/meetings/{room_sid}/sound",
    responses=MEETING_PROBLEMS | document(problems.FILES_DOWN),
)
async def delete_sound(
    desk: DeskNeeded,
    meeting: HostMeeting,
    identity: Annotated[
        str | None, Query(max_length=256, description="of the only participant whose sound goes")
    ] = None,
) -> SoundList:
    """Delete what was recorded of a meeting, or of one participant in it."""
    parts = await desk.store.list_sound_parts(meeting.room_sid)
    for one in {part.identity for part in parts if identity in (None, part.identity)}:
        await desk.store.erase_sound(meeting.room_sid, one)
    await delete_erased_sound(desk.store, desk.files)
    return await _describe(desk, meeting)


@router.get(
    "/sound",
    response_class=StreamingResponse,
    responses=_PLAYED
    | document(
        problems.SOUND_LINK,
        problems.SOUND_NOT_FOUND,
        problems.NO_SUCH_BYTES,
        problems.INVALID,
        problems.FILES_DOWN,
        problems.STORE_DOWN,
    ),
)
async def play(
    desk: DeskNeeded,
    ticket: Annotated[str, Query(description="from the list of a meeting's sound")],
    wanted_bytes: Annotated[str | None, Header(alias="Range")] = None,
) -> StreamingResponse:
    """Play a part, or a mixed file, which is made when it is first asked for."""
    wanted = read_ticket(desk.settings.api_secret, ticket, now_ms=desk.clock())
    path, media_type = await _find_file(desk, wanted)
    try:
        size = await desk.files.size(path)
    except FileMissingError:
        raise _not_found() from None
    part = read_range(wanted_bytes, size)
    start, end = part or (0, size)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(
        _read(desk, path, start, end),
        status_code=206 if part else 200,
        media_type=media_type,
        headers=headers,
    )


async def _read(desk: Desk, path: str, start: int, end: int) -> AsyncIterator[bytes]:
    async with aclosing(desk.files.open_read(path, start, end)) as blocks:
        async for block in blocks:
            yield block


async def _find_file(desk: Desk, wanted: SoundWanted) -> tuple[str, str]:
    """Return where a file is and its media type; what is mixed is made first."""
    parts = await _list_finished(desk, wanted)
    if not parts:
        raise _not_found()
    if len(parts) == 1:
        return parts[0].path, _MEDIA_TYPES[parts[0].format]
    path = mixed_path(parts)
    async with desk.mixing:
        try:
            await desk.files.size(path)
        except FileMissingError:
            await make_mixed(desk.files, parts)
            await _delete_outdated(desk, wanted.room_sid)
    if await _list_finished(desk, wanted) != parts:
        # Somebody was erased meanwhile: no mixed file of theirs may stay.
        await desk.files.delete(path)
        raise _not_found()
    return path, _MEDIA_TYPES["flac"]


async def _delete_outdated(desk: Desk, room_sid: str) -> None:
    """Delete mixed files that lack what came in later: nobody is led to them any more."""
    everybody = await _list_finished(desk, SoundWanted(room_sid=room_sid, kind="mixed"))
    current = {mixed_path(everybody)} if everybody else set()
    for identity in {part.identity for part in everybody}:
        current.add(mixed_path([part for part in everybody if part.identity == identity]))
    for path in await desk.files.list(mixed_folder(room_sid)):
        if path not in current:
            await desk.files.delete(path)


async def _list_finished(desk: Desk, wanted: SoundWanted) -> list[SoundPart]:
    parts = await desk.store.list_sound_parts(wanted.room_sid)
    chosen = (one for one in parts if one.duration_ms is not None)
    if wanted.kind == "part":
        return [one for one in chosen if one.id == wanted.of]
    return [one for one in chosen if wanted.of in ("", one.identity)]


async def _describe(desk: Desk, meeting: Meeting) -> SoundList:
    room_sid, now_ms = meeting.room_sid, desk.clock()
    parts = await desk.store.list_sound_parts(room_sid)
    finished = [part for part in parts if part.duration_ms is not None]
    by_identity: dict[str, list[SoundPart]] = {}
    for part in finished:
        by_identity.setdefault(part.identity, []).append(part)

    def mixed(chosen: Sequence[SoundPart], of: str) -> MixedSound:
        wanted = SoundWanted(room_sid=room_sid, kind="mixed", of=of)
        return MixedSound(
            started_at_ms=begins_at_ms(chosen),
            duration_ms=ends_at_ms(chosen) - begins_at_ms(chosen),
            url=sign_link(desk.settings.api_secret, wanted, now_ms=now_ms),
        )

    def link(part: SoundPart) -> str | None:
        wanted = SoundWanted(room_sid=room_sid, kind="part", of=part.id)
        signed = sign_link(desk.settings.api_secret, wanted, now_ms=now_ms)
        return signed if part.duration_ms is not None else None

    return SoundList(
        on_since_ms=await desk.store.find_sound_switch(room_sid),
        parts=[
            ListedPart(
                id=part.id,
                identity=part.identity,
                name=part.name,
                started_at_ms=part.started_at_ms,
                duration_ms=part.duration_ms,
                url=link(part),
            )
            for part in parts
        ],
        participants=[
            ParticipantSound(
                **mixed(chosen, identity).model_dump(), identity=identity, name=chosen[-1].name
            )
            for identity, chosen in by_identity.items()
        ],
        mixed=mixed(finished, "") if finished else None,
    )


def _not_found() -> ProblemError:
    return ProblemError(
        problems.SOUND_NOT_FOUND,
        "there is no such recording any more, or not yet",
        "GET /meetings/{room_sid}/sound lists what there is",
    )
