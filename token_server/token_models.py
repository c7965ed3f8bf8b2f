"""What comes in and goes out at LiveKit's standard token endpoint."""

from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from token_server.models import EXAMPLE_TOKEN, answer_config, request_config
from token_server.names import DisplayName, RoomName
from wire.topics import AGENT_NAME

_SEED_LENGTH: Final = 128
T = TypeVar("T")


def _own_agent(text: str) -> str:
    if text != AGENT_NAME:
        raise ValueError(f"must be {AGENT_NAME!r}; no other agent is brought in here")
    return text


def _unset(value: T) -> T:
    if value:
        raise ValueError("may not be set here: the invitation decides; leave it out")
    return value


class AgentRequest(BaseModel):
    """An agent that a client asks for; only our own is granted."""

    model_config = request_config({"agent_name": AGENT_NAME})

    agent_name: Annotated[str, AfterValidator(_own_agent)]
    metadata: Annotated[str, AfterValidator(_unset)] = ""
    deployment: Annotated[str, AfterValidator(_unset)] = ""


class RoomConfigRequest(BaseModel):
    """What a client may ask of the room itself: that our agent is there, which it is anyway."""

    model_config = request_config({"agents": [{"agent_name": AGENT_NAME}]})

    agents: list[AgentRequest] = Field(default=[], max_length=1)


class TokenRequest(BaseModel):
    """The body of LiveKit's standard token endpoint."""

    model_config = request_config({"room_name": "acme-demo", "participant_name": "Ben"})

    room_name: RoomName | None = None
    """Must be the invitation's room if it is given."""
    participant_name: DisplayName | None = None
    """What the participant is called; None: the invitation's name."""
    participant_identity: str | None = Field(default=None, max_length=_SEED_LENGTH)
    """A secret of this browser. The same one gives the same identity in the room."""
    participant_metadata: Annotated[str, AfterValidator(_unset)] | None = None
    """May not be set."""
    participant_attributes: Annotated[dict[str, str], AfterValidator(_unset)] | None = None
    """May not be set."""
    room_config: RoomConfigRequest | None = None
    """May name our own agent and nothing else."""


class TokenAnswer(BaseModel):
    """The answer of LiveKit's standard token endpoint."""

    model_config = answer_config(
        {
            "server_url": "ws://127.0.0.1:7880",
            "participant_token": EXAMPLE_TOKEN,
            "participant_name": "Ben",
            "room_name": "acme-demo",
        }
    )

    server_url: str
    participant_token: str
    participant_name: str
    room_name: str
