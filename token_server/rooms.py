"""Routes that create, list and delete rooms."""

import logging
from typing import Annotated

from fastapi import APIRouter, Body, Path
from livekit.protocol.models import ParticipantInfo, TrackSource

from records import Document, Room, RoomExistsError, StoreUnavailableError
from token_server import problems
from token_server.access import RoomsAllowed
from token_server.briefs.models import MOST_DOCUMENTS, Brief
from token_server.desk import Desk, DeskNeeded
from token_server.invitations import Invitation, make_invitation_id, sign_invitation
from token_server.models import (
    NewRoom,
    OpenRoom,
    ParticipantList,
    PresentParticipant,
    RoomList,
    RoomRequest,
    Seat,
    TrackState,
)
from token_server.names import RoomName, make_room_name
from token_server.problems import ProblemError, document
from token_server.times import to_time
from token_server.tokens import find_identity, make_token, metadata_of
from wire.roles import Role, find_role

_log = logging.getLogger(__name__)

router = APIRouter(
    prefix="/rooms",
    tags=["rooms"],
    dependencies=[RoomsAllowed],
    responses=document(
        problems.KEY_MISSING,
        problems.KEY_WRONG,
        problems.NOT_DIRECT,
        problems.OTHER_ORIGIN,
        problems.INVALID,
        problems.MEDIA_SERVER_REFUSED,
        problems.MEDIA_SERVER_DOWN,
        problems.STORE_DOWN,
    ),
)

RoomNameInPath = Annotated[RoomName, Path(description="name of the room")]


@router.post("", status_code=201, responses=document(problems.ROOM_EXISTS, problems.NOT_JSON))
async def create_room(
    desk: DeskNeeded, wanted: Annotated[RoomRequest | None, Body()] = None
) -> NewRoom:
    """Create a room with the agent in it, and an invitation for the host and for the guest."""
    wanted = wanted or RoomRequest()
    name = wanted.room_name or make_room_name()
    room = await _open_room(desk, name, wanted)
    settings = desk.settings
    ttl_ms = settings.invitation_ttl_hours * 3_600_000
    # Whole seconds, as the invitations carry them.
    expires_at_ms = (room.created_at_ms + ttl_ms) // 1000 * 1000
    _log.info("room %s created", name)
    return NewRoom(
        room_name=name,
        server_url=settings.browser_media_url,
        expires_at=to_time(expires_at_ms),
        host=_make_seat(
            desk, room, "host", wanted.host_name or settings.role_host_name, expires_at_ms
        ),
        guest=_make_seat(
            desk, room, "guest", wanted.guest_name or settings.role_guest_name, expires_at_ms
        ),
    )


@router.get("")
async def list_rooms(desk: DeskNeeded) -> RoomList:
    """List the rooms that are open."""
    rooms = await desk.store.list_open_rooms()
    leased = {lease.room_name for lease in await desk.store.list_leases(now_ms=desk.clock())}
    media_server = desk.media_server
    present = {room.name for room in await media_server.list_rooms()} if rooms else set()
    people = {
        room.name: await media_server.count_people(room.name)
        for room in rooms
        if room.name in present
    }
    return RoomList(
        rooms=[
            OpenRoom(
                room_name=room.name,
                playbook=room.playbook,
                consent=room.consent,
                created_at=to_time(room.created_at_ms),
                participants=people.get(room.name, 0),
                has_agent=room.name in leased and room.name in present,
            )
            for room in rooms
        ]
    )


@router.get("/{room_name}/participants", responses=document(problems.ROOM_NOT_FOUND))
async def list_participants(desk: DeskNeeded, room_name: RoomNameInPath) -> ParticipantList:
    """List who is in a room, agents too."""
    room = await _get_open_room(desk, room_name)
    present = await desk.media_server.list_participants(room_name)
    present.sort(key=lambda participant: (participant.joined_at_ms, participant.identity))
    return ParticipantList(
        room_name=room_name,
        participants=[_describe(desk, room, participant) for participant in present],
    )


@router.delete("/{room_name}", status_code=204, responses=document(problems.ROOM_NOT_FOUND))
async def delete_room(desk: DeskNeeded, room_name: RoomNameInPath) -> None:
    """End the call for everybody and close the room; its invitations let nobody in any more."""
    await _get_open_room(desk, room_name)
    await desk.media_server.delete_room(room_name)
    await desk.store.close_room(room_name, now_ms=desk.clock())
    _log.info("room %s deleted", room_name)


async def _open_room(desk: Desk, name: str, wanted: RoomRequest) -> Room:
    """Record the room, then create it; what fails half-way leaves no open room behind."""
    try:
        room = await desk.store.add_room(
            name,
            playbook=wanted.playbook,
            consent=wanted.consent,
            goal=wanted.goal,
            guests_read=wanted.guests_read,
            now_ms=desk.clock(),
        )
    except RoomExistsError:
        raise ProblemError(
            problems.ROOM_EXISTS,
            f"room {name!r} is open",
            f"leave room_name out to get a new name, or DELETE /rooms/{name} first",
        ) from None
    created = False
    try:
        # Creating a room that exists changes nothing in it and would bring no agent.
        if await desk.media_server.list_rooms([name]):
            raise ProblemError(
                problems.ROOM_EXISTS,
                f"room {name!r} is open on the media server, and was not created here",
                "choose another name, or wait until everybody has left it",
            )
        # Before the agent comes with the room.
        await _keep_brief(desk, name, wanted.brief)
        await desk.media_server.create_room(
            name, metadata=metadata_of(room), max_people=desk.settings.room_max_people
        )
        created = True
    finally:
        if not created:
            await _take_back(desk, name)
    return room


async def _keep_brief(desk: Desk, name: str, brief: Brief) -> None:
    for one in brief:
        document = Document(
            name=one.document, text=one.text, by_page=False, given_at_ms=desk.clock()
        )
        await desk.store.put_document(name, document, most=MOST_DOCUMENTS)


async def _take_back(desk: Desk, name: str) -> None:
    try:
        await desk.store.close_room(name, now_ms=desk.clock())
    except StoreUnavailableError as error:
        # What went wrong first is what the client must hear of.
        _log.warning("room %s could not be closed after a failure: %s", name, error)


async def _get_open_room(desk: Desk, name: str) -> Room:
    room = await desk.store.find_room(name)
    if room is not None and room.closed_at_ms is None:
        return room
    detail = f"room {name!r} is closed" if room else f"room {name!r} was never created here"
    raise ProblemError(problems.ROOM_NOT_FOUND, detail, "GET /rooms lists the open rooms")


def _make_seat(desk: Desk, room: Room, role: Role, name: str, expires_at_ms: int) -> Seat:
    settings = desk.settings
    invitation = Invitation(
        id=make_invitation_id(),
        room_name=room.name,
        room_created_at_ms=room.created_at_ms,
        role=role,
        name=name,
        expires_at_ms=expires_at_ms,
    )
    identity = find_identity(settings.api_secret, invitation, None)
    text = sign_invitation(settings.api_secret, invitation, now_ms=desk.clock())
    return Seat(
        identity=identity,
        name=name,
        token=make_token(
            settings.livekit_api_key,
            settings.api_secret,
            invitation,
            identity=identity,
            name=name,
            metadata=metadata_of(room),
            max_people=settings.room_max_people,
        ),
        invitation=text,
        link=f"{settings.link_base}/call/{room.name}#{text}",
    )


def _describe(desk: Desk, room: Room, participant: ParticipantInfo) -> PresentParticipant:
    is_agent = participant.kind == ParticipantInfo.Kind.AGENT
    role = find_role(desk.settings.api_secret, room.life, participant.identity)
    return PresentParticipant(
        identity=participant.identity,
        name=participant.name,
        role="agent" if is_agent else role,
        is_agent=is_agent,
        joined_at=to_time(participant.joined_at_ms or participant.joined_at * 1000),
        microphone=_track_state(participant, TrackSource.MICROPHONE),
        camera=_track_state(participant, TrackSource.CAMERA),
    )


def _track_state(participant: ParticipantInfo, source: int) -> TrackState:
    muted = [track.muted for track in participant.tracks if track.source == source]
    if not muted:
        return "off"
    return "muted" if all(muted) else "on"
