"""Attributes of a transcript line on `lk.transcription`.

The text itself travels as the body of the text stream, so that LiveKit's stock
`useTranscriptions` shows it; who spoke and when travels beside it, because the sender of a
message proves nothing but that it is an agent.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION


class TranscriptAttributes(BaseModel):
    """What stands in the attributes of one interim or final transcript stream.

    LiveKit carries attributes as strings; `to_stream` and `from_stream` convert.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    segment_id: str = Field(alias="lk.segment_id")
    """The same for every interim and the final of one segment."""
    final: bool = Field(alias="lk.transcription_final")
    """False for an interim, which a later stream with the same segment id replaces."""
    track_sid: str = Field(alias="lk.transcribed_track_id")
    """The audio track that was heard."""
    version: int = Field(default=PROTOCOL_VERSION, alias="sidenote.version")
    """Version of this payload."""
    speaker_identity: str = Field(alias="sidenote.speaker_identity")
    """Identity of the participant who spoke."""
    speaker_name: str = Field(alias="sidenote.speaker_name")
    """Display name at the time of speaking."""
    speaker_role: Literal["host", "guest"] = Field(alias="sidenote.speaker_role")
    """What the token server signed for the speaker."""
    started_at_ms: int = Field(alias="sidenote.started_at_ms")
    """Start of the speech, milliseconds since the Unix epoch."""
    ended_at_ms: int = Field(alias="sidenote.ended_at_ms")
    """End of the speech heard so far, milliseconds since the Unix epoch."""
    sequence: int = Field(default=0, ge=0, alias="sidenote.sequence")
    """Of a final: its place in the order in which this meeting's finals were kept (and erasures
    made), from 1, so that a reader knows what it missed. 0: an interim, or a final without words
    that takes one back."""

    def to_stream(self) -> dict[str, str]:
        """Return the attributes as LiveKit carries them: strings only, booleans in lower case."""
        return {
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in self.model_dump(by_alias=True).items()
        }

    @classmethod
    def from_stream(cls, attributes: dict[str, str]) -> "TranscriptAttributes":
        """Read the attributes of a received stream.

        Raises:
            pydantic.ValidationError: an attribute is missing or malformed.
        """
        return cls.model_validate(attributes)
