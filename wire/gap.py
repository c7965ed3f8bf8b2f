"""When no agent listened to a meeting that went on: for everyone who reads the transcript."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

GAP: Final = "sidenote.gap"
"""Data-message topic, to everyone: a `Gap` as JSON."""

GapReason = Literal["agent_away", "connection_lost", "room_remade"]
"""agent_away: the agent's process or worker had stopped. connection_lost: the agent had lost its
connection to the media server. room_remade: the media server had made the room anew."""


class Gap(BaseModel):
    """A time in which no agent listened: what was said in it is in no transcript."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    started_at_ms: int
    """Milliseconds since the Unix epoch; never before the time up to which an agent listened."""
    ended_at_ms: int
    """Milliseconds since the Unix epoch: since when an agent listens again."""
    reason: GapReason
    transcript_sequence: int = Field(ge=0)
    """Its number: it stands among the finals, and behind all that were kept before it."""
