"""What comes in and goes out over HTTP; every model with an example."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from records import GuestsRead
from token_server.briefs.models import Brief
from token_server.names import DisplayName, RoomName
from wire.consent import ConsentPolicy
from wire.dispatch import DispatchMetadata
from wire.roles import Role

EXAMPLE_TOKEN: Final = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOi4uLn0.c2lnbmF0dXJl"  # noqa: S105 - an example


def request_config(example: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a model that comes in: nothing that we do not know."""
    return ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"example": example},
    )


def answer_config(example: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a model that goes out."""
    return ConfigDict(
        frozen=True, use_attribute_docstrings=True, json_schema_extra={"example": example}
    )


def _playbook(text: str) -> str:
    try:
        DispatchMetadata(playbook=text)
    except ValidationError:
        raise ValueError(
            "must be the name of a playbook: 1 to 64 of a-z 0-9 _ -, as in sales for sales.yaml"
        ) from None
    return text


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    model_config = answer_config({"field": "guest_name", "problem": "must have 1 to 64 characters"})

    field: str
    """Path of the field, with dots."""
    problem: str
    """What is wrong and what is allowed."""


class Check(BaseModel):
    """Whether one part that we need can be reached."""

    model_config = answer_config({"name": "media_server", "ok": True, "detail": "127.0.0.1:7880"})

    name: Literal["media_server", "store", "worker"]
    ok: bool
    detail: str
    """Where it is, or what to do about it."""


class Problem(BaseModel):
    """Why a request failed and what to change (RFC 9457)."""

    model_config = answer_config(
        {
            "type": "urn:sidenote:problem:room-exists",
            "title": "The room is open already",
            "status": 409,
            "detail": "room 'acme-demo' is open",
            "remedy": "leave room_name out to get a new name, or DELETE /rooms/acme-demo first",
        }
    )

    type: str
    """Names the kind of problem; programs compare this."""
    title: str
    status: int
    detail: str
    remedy: str
    """What to change."""
    errors: list[FieldProblem] | None = None
    """One entry per field that must be changed; None for other problems."""
    checks: list[Check] | None = None
    """What /ready found; None for other problems."""


_SEAT = {
    "identity": "host-3f6c1b2a9d04-0a1b2c3d4e5f6071",
    "name": "Ana",
    "token": EXAMPLE_TOKEN,
    "invitation": EXAMPLE_TOKEN,
    "link": f"http://127.0.0.1:8080/call/acme-demo#{EXAMPLE_TOKEN}",
}


class RoomRequest(BaseModel):
    """What may be asked of a new room; everything has a default."""

    model_config = request_config(
        {
            "room_name": "acme-demo",
            "host_name": "Ana",
            "guest_name": "Ben",
            "playbook": "sales",
            "consent": "ask",
            "goal": "a second meeting with their head of finance",
            "guests_read": "minutes",
            "brief": [{"document": "prices.md", "text": "Team: 30 dollars a month"}],
        }
    )

    room_name: RoomName | None = None
    """A name of your own; None: a new one that cannot be guessed."""
    host_name: DisplayName | None = None
    """What the host is called; None: the name of the role."""
    guest_name: DisplayName | None = None
    """What the guest is called; None: the name of the role."""
    playbook: Annotated[str, AfterValidator(_playbook)] | None = None
    """A file of the worker's playbooks, without its ending; None: the worker's own setting."""
    consent: ConsentPolicy | None = None
    """Who is transcribed: notice, everybody who does not object; ask, only who has said yes;
    off, nobody. None: the worker's own setting."""
    goal: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """What the host wants of the call; advice follows it, and a host may change it in the call."""
    guests_read: GuestsRead = "none"
    """What guests may read over HTTP, during the call and after: nothing, the transcript, or the
    minutes with the transcript that they quote."""
    brief: Brief = ()
    """Notes, prices, frequent questions: short ones of plain text or Markdown. Longer ones and
    PDFs are given with `PUT /rooms/{room_name}/briefs/{document_name}`."""


class Seat(BaseModel):
    """How one person gets in: at once with the token, or by the link."""

    model_config = answer_config(_SEAT)

    identity: str
    """Identity in the room; holds the role and a seal."""
    name: str
    token: str
    """Access token for the media server; good for joining for 10 minutes."""
    invitation: str
    """What `POST /tokens` takes as Bearer to give out fresh tokens."""
    link: str
    """The page of the call; the invitation stands behind the #, which browsers never send."""


class NewRoom(BaseModel):
    """A room that has been created, and how to get in."""

    model_config = answer_config(
        {
            "room_name": "acme-demo",
            "server_url": "ws://127.0.0.1:7880",
            "expires_at": "2030-01-02T15:04:05Z",
            "host": _SEAT,
            "guest": {**_SEAT, "name": "Ben", "identity": "guest-91d2c07be5aa-77f0e1d2c3b4a596"},
        }
    )

    room_name: str
    server_url: str
    """The media server, as browsers reach it."""
    expires_at: datetime
    """When the invitations end."""
    host: Seat
    guest: Seat


class OpenRoom(BaseModel):
    """A room that is open."""

    model_config = answer_config(
        {
            "room_name": "acme-demo",
            "playbook": "sales",
            "consent": "notice",
            "created_at": "2030-01-01T15:04:05Z",
            "participants": 2,
            "has_agent": True,
        }
    )

    room_name: str
    playbook: str | None
    consent: ConsentPolicy | None
    """None: the worker's own setting."""
    created_at: datetime
    participants: int
    """People in the room now; agents are not counted."""
    has_agent: bool
    """Whether an agent serves the room now."""


class RoomList(BaseModel):
    """The rooms that are open, oldest first."""

    model_config = answer_config(
        {
            "rooms": [
                {
                    "room_name": "acme-demo",
                    "playbook": None,
                    "consent": None,
                    "created_at": "2030-01-01T15:04:05Z",
                    "participants": 2,
                    "has_agent": True,
                }
            ]
        }
    )

    rooms: list[OpenRoom]


TrackState = Literal["on", "muted", "off"]
_PARTICIPANT = {
    "identity": "guest-91d2c07be5aa-77f0e1d2c3b4a596",
    "name": "Ben",
    "role": "guest",
    "is_agent": False,
    "joined_at": "2030-01-01T15:05:05Z",
    "microphone": "on",
    "camera": "muted",
}


class PresentParticipant(BaseModel):
    """Somebody who is in a room."""

    model_config = answer_config(_PARTICIPANT)

    identity: str
    name: str
    role: Role | Literal["agent"] | None
    """None: a participant whose token was not made here."""
    is_agent: bool
    joined_at: datetime
    microphone: TrackState
    camera: TrackState


class ParticipantList(BaseModel):
    """Everybody in a room, in the order of joining."""

    model_config = answer_config({"room_name": "acme-demo", "participants": [_PARTICIPANT]})

    room_name: str
    participants: list[PresentParticipant]


class Health(BaseModel):
    """The token server runs."""

    model_config = answer_config({"status": "alive"})

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Every part that a call needs can be reached."""

    model_config = answer_config(
        {
            "ready": True,
            "checks": [
                {"name": "media_server", "ok": True, "detail": "127.0.0.1:7880"},
                {"name": "store", "ok": True, "detail": "answers"},
                {"name": "worker", "ok": True, "detail": "1 worker, 0 calls"},
            ],
        }
    )

    ready: Literal[True] = True
    checks: list[Check]


class RoleNames(BaseModel):
    """What hosts and guests are called."""

    model_config = answer_config({"host": "Interviewer", "guest": "Candidate"})

    host: str
    guest: str


class PageConfig(BaseModel):
    """What the page must know before anybody has joined."""

    model_config = answer_config(
        {
            "product": "Sidenote",
            "roles": {"host": "Host", "guest": "Guest"},
            "rooms_need_key": False,
        }
    )

    product: str = "Sidenote"
    roles: RoleNames
    rooms_need_key: bool
    """Whether `POST /rooms` needs an API key."""
