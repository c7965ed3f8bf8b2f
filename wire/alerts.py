"""Tells a host during the call that they are spoken of: the payload of `sidenote.alert`."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

ALERT: Final = "sidenote.alert"
"""Data-message topic for the one host whom it concerns; the payload is an `Alert`."""


class Alert(BaseModel):
    """Somebody has said a host's name, or a word that the host's profile names.

    It is in no store: a page takes it off its screen when `Erased` names its speaker.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    id: str = Field(min_length=1, max_length=128)
    """Of the segment and the profile."""
    profile_id: str = Field(max_length=64)
    """Whose profile names the word."""
    word: str = Field(min_length=1, max_length=256)
    """The name, keyword or project, as the profile has it."""
    segment_id: str = Field(max_length=64)
    quote: str = Field(min_length=1, max_length=500)
    """Words of that segment around it, as they stand there."""
    speaker_identity: str = Field(max_length=256)
    speaker_name: str = Field(max_length=256)
    at_ms: int
    """When it was said, in milliseconds since the Unix epoch."""
