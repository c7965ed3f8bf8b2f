"""The sound of a call: whether it is recorded, and of whom. A consent of its own, never assumed."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from wire.consent import ConsentAnswer
from wire.topics import PROTOCOL_VERSION

SOUND_CONSENT_METHOD: Final = "sidenote.sound_consent"
"""RPC to the agent, from any participant about itself: `SoundConsentRequest` to `SoundState`."""
SOUND_METHOD: Final = "sidenote.sound"
"""RPC to the agent, from hosts only: `SoundRequest` to `SoundState`."""
SOUND_STATE: Final = "sidenote.sound"
"""Agent attribute that everyone reads: a `SoundState` as JSON."""


class SoundConsentRequest(BaseModel):
    """A participant's own answer to being recorded; the last one counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    answer: ConsentAnswer
    """yes: record me whenever a host records. no: do not, and stop at once."""
    erase: bool = False
    """With a no: delete what was recorded of me in this meeting."""


class SoundRequest(BaseModel):
    """Record the sound of the call, or record no longer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    on: bool


class SoundState(BaseModel):
    """What is recorded, as of now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    on_since_ms: int | None = None
    """Since when a host has the recording on; None: it is off."""
    answers: dict[str, ConsentAnswer] = Field(default_factory=dict)
    """By identity, of those who are here; who is not among them has not answered."""
    recorded: list[str] = Field(default_factory=list)
    """Identities of those whose voice is recorded now; everybody else's is not."""
