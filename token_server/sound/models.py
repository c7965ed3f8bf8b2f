"""The sound of a meeting as it goes over HTTP."""

from pydantic import BaseModel, Field

from token_server.models import answer_config, request_config

_LINK = "/sound?ticket=eyJhbGciOiJIUzI1NiJ9.e30.s1gn"
_PART = {
    "id": "SP_9hQdT3kVbq2u",
    "identity": "guest-3f6c1b2a9d04-0a1b2c3d4e5f6071",
    "name": "Ben",
    "started_at_ms": 1893769445000,
    "duration_ms": 61_200,
    "url": _LINK,
}
_MIXED = {"started_at_ms": 1893769445000, "duration_ms": 61_200, "url": _LINK}
_OF_ONE = {**_MIXED, "identity": _PART["identity"], "name": "Ben"}


class SwitchRequest(BaseModel):
    """Whether to record."""

    model_config = request_config({"on": True})

    on: bool


class ListedPart(BaseModel):
    """A stretch of one participant's voice, as it was heard."""

    model_config = answer_config(_PART)

    id: str
    identity: str
    name: str
    started_at_ms: int
    duration_ms: int | None = Field(description="null: it is being recorded, or on its way")
    url: str | None = Field(description="plays it for some hours; null: there is no file yet")


class MixedSound(BaseModel):
    """Parts put together, with silence between.

    A line of the transcript is heard at its `started_at_ms` less this one's.
    """

    model_config = answer_config(_MIXED)

    started_at_ms: int
    duration_ms: int
    url: str = Field(description="plays it for some hours; made when it is first asked for")


class ParticipantSound(MixedSound):
    """All that one participant said, and silence while it was not heard."""

    model_config = answer_config(_OF_ONE)

    identity: str
    name: str


class SoundList(BaseModel):
    """What was recorded of a meeting."""

    model_config = answer_config(
        {
            "on_since_ms": None,
            "parts": [_PART],
            "participants": [_OF_ONE],
            "mixed": _MIXED,
        }
    )

    on_since_ms: int | None = Field(description="since when a host has the recording on")
    parts: list[ListedPart]
    participants: list[ParticipantSound] = Field(description="one file for each")
    mixed: MixedSound | None = Field(description="everybody in one file; null: there is no sound")
