"""Who agreed to be transcribed: asked by RPC, shown to everyone as an attribute of the agent."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

ConsentPolicy = Literal["notice", "ask", "off"]
"""notice: everybody is transcribed who does not object. ask: only who has said yes.
off: nobody is."""

ConsentAnswer = Literal["yes", "no"]

CONSENT_METHOD: Final = "sidenote.consent"
"""RPC to the agent, from any participant about itself: `ConsentRequest` to `ConsentState`."""
OFF_THE_RECORD_METHOD: Final = "sidenote.off_the_record"
"""RPC to the agent, from hosts only: `OffTheRecordRequest` to `ConsentState`."""
CONSENT_STATE: Final = "sidenote.consent"
"""Agent attribute that everyone reads: a `ConsentState` as JSON."""
ERASED: Final = "sidenote.erased"
"""Data-message topic, to everyone: an `Erased` as JSON."""

BAD_REQUEST: Final = 4000
"""RPC error code: the request is not what its model says; the message names the field."""
NOT_ALLOWED: Final = 4003
"""RPC error code: the caller may not do this."""
UNAVAILABLE: Final = 5003
"""RPC error code: the store is away. A stop has counted all the same, for as long as this agent
serves the call; nothing else has. The same request may be sent again."""
TOO_MANY_REQUESTS: Final = 4029
"""RPC error code: so many earlier requests of the caller wait; nothing has changed."""


class ConsentRequest(BaseModel):
    """A participant's own answer; the last one counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    answer: ConsentAnswer
    """yes: transcribe me. no: stop, and do not listen to me."""
    erase: bool = False
    """With a no: forget what I have said in this meeting, everywhere."""


class OffTheRecordRequest(BaseModel):
    """Stop or resume everybody's transcription."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    off: bool
    """True: nobody is transcribed from now on, until it is False again."""


class ConsentState(BaseModel):
    """Who is listened to, as of now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    policy: ConsentPolicy
    """What counts for who has not answered."""
    off_the_record_since_ms: int | None = None
    """Since when a host has everybody off the record; None: everybody is on it."""
    answers: dict[str, ConsentAnswer] = Field(default_factory=dict)
    """By identity; who is not here has not answered."""

    def allows(self, identity: str) -> bool:
        """Tell whether a participant may be listened to now."""
        if self.policy == "off" or self.off_the_record_since_ms is not None:
            return False
        answer = self.answers.get(identity)
        return answer == "yes" or (answer is None and self.policy == "notice")


class Erased(BaseModel):
    """What a participant said is forgotten: take it off the screen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    speaker_identity: str = Field(max_length=256)
    """Whose lines are to go, and the talking points that quote or were written from them."""
