"""How much of each participant was heard, and what could not be: for hosts."""

from collections.abc import Iterable
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

COVERAGE: Final = "sidenote.coverage"
"""Data-message topic for hosts only; the payload is a `CoverageReport`."""
NOTICE: Final = "sidenote.notice"
"""Data-message topic for hosts only; the payload is a `Notice`."""

_MOST_BYTES: Final = 14_500
"""Of the speakers in a report; a data message carries 15 KiB everywhere."""

DropReason = Literal["queue_full", "provider_down", "consent", "decode_error"]
"""queue_full: audio came faster than it was taken or recognized. provider_down: no recognizer
answered. consent: it was withdrawn while this was on its way. decode_error: the audio was
unreadable."""

NoticeReason = Literal[
    "no_text",
    "silent",
    "encrypted",
    "crowded",
    "provider_down",
    "recognizer_changed",
    "model_quiet",
    "voice_missing",
    "cap_near",
    "stepped_down",
    "playbook_unusable",
    "command_refused",
    "store_away",
    "not_recorded",
]
"""no_text: somebody speaks and no text comes. silent: the media server says that somebody speaks
and the track is silent. encrypted: the track is encrypted end to end. crowded: more people have a
microphone than are listened to at once. provider_down: no recognizer answers. recognizer_changed:
another recognizer listens from now on. model_quiet: no language model answers, and the playbook
goes on. voice_missing: nothing can speak aloud. cap_near: most of a cap is spent. stepped_down:
near a cap, what costs is done without. playbook_unusable: the playbook that was asked for cannot
be read. command_refused: a spoken command was heard and not followed.
not_recorded: a recording runs, and not everybody's voice is on it."""


class SpeakerCoverage(BaseModel):
    """Seconds of one participant's audio in this meeting, and where they went.

    received = silent + sent + the seconds dropped, to 1 %; sent = recognized + without_text +
    what is under way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    identity: str = Field(max_length=256)
    name: str = Field(max_length=256)
    received_seconds: float = Field(ge=0)
    """Audio that came from the participant's tracks; 0 without consent."""
    silent_seconds: float = Field(ge=0)
    """Judged to be no speech, and not sent."""
    sent_seconds: float = Field(ge=0)
    """Speech, with some silence around it, that went to a recognizer."""
    recognized_seconds: float = Field(ge=0)
    """Of what was sent, the part that became text."""
    without_text_seconds: float = Field(ge=0)
    """Of what was sent, the part that a recognizer found no words in, or only words that it had
    made up, which are refused."""
    dropped_seconds: dict[DropReason, float] = Field(default_factory=dict)
    """What was never recognized, by reason."""


class CoverageReport(BaseModel):
    """What was heard of everybody, at most once in five seconds and only when it has changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    at_ms: int
    """Milliseconds since the Unix epoch."""
    speakers: list[SpeakerCoverage]
    """By identity. When there are too many for a data message, those of whom most was received."""

    @classmethod
    def of(cls, speakers: Iterable[SpeakerCoverage], *, at_ms: int) -> Self:
        """Return the report of some speakers, as many as a data message holds."""
        told: list[SpeakerCoverage] = []
        left = _MOST_BYTES
        for one in sorted(speakers, key=lambda one: one.received_seconds, reverse=True):
            left -= len(one.model_dump_json().encode()) + 1
            if left < 0:
                break
            told.append(one)
        return cls(at_ms=at_ms, speakers=sorted(told, key=lambda one: one.identity))


class Notice(BaseModel):
    """Something that a host should know about the hearing of this call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    id: str = Field(max_length=320)
    """The same when it is over: reason and identity."""
    reason: NoticeReason
    over: bool = False
    """True: what this notice told of is over."""
    identity: str = Field(default="", max_length=256)
    """Whom it concerns; empty: everybody."""
    text: str = Field(max_length=500)
    """In words for people; never what anybody said."""
    at_ms: int
    """Milliseconds since the Unix epoch."""
