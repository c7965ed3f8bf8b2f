"""What the routes of the meetings answer."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, Field

from records import MeetingKind, WorkState
from records.meeting_list import ListedMeeting
from token_server.models import answer_config, request_config
from token_server.times import to_time
from wire.coverage import SpeakerCoverage
from wire.gap import GapReason
from wire.minutes import Minutes, MinutesState
from wire.roles import Role
from wire.talking_point import TalkingPoint

_SPEAKER: Final[dict[str, Any]] = {
    "identity": "guest-91d2c07be5aa-77f0e1d2c3b4a596",
    "name": "Ben",
    "role": "guest",
}
_SUMMARY: Final[dict[str, Any]] = {
    "room_sid": "RM_8pFqJ2nLw5sZ",
    "room_name": "acme-demo",
    "kind": "call",
    "title": "Acme asks for a second meeting",
    "started_at": "2030-01-04T09:30:45Z",
    "ended_at": "2030-01-04T10:02:10Z",
    "has_minutes": True,
    "speakers": [_SPEAKER],
}
_FOUND: Final[dict[str, Any]] = {
    "segment_id": "SG_7f21c6",
    "speaker_identity": _SPEAKER["identity"],
    "speaker_name": "Ben",
    "started_at_ms": 1893749461000,
    "text": "29 euro is too much for all of us",
    "spans": [[3, 7]],
}
_SEGMENT: Final[dict[str, Any]] = {
    "type": "segment",
    "segment_id": "SG_7f21c6",
    "sequence": 31,
    "speaker_identity": _SPEAKER["identity"],
    "speaker_name": "Ben",
    "speaker_role": "guest",
    "started_at_ms": 1893749461000,
    "ended_at_ms": 1893749463200,
    "text": "29 euro is too much for all of us",
}


class MeetingSpeaker(BaseModel):
    """Somebody who spoke in a meeting."""

    model_config = answer_config(_SPEAKER)

    identity: str
    name: str
    role: Role


class FoundPart(BaseModel):
    """A part of what was said in which the words stand."""

    model_config = answer_config(_FOUND)

    segment_id: str
    speaker_identity: str
    speaker_name: str
    started_at_ms: int
    """Milliseconds since the Unix epoch."""
    text: str
    """Around the first place; "…" at an end stands for what is left out."""
    spans: list[tuple[int, int]]
    """Where the words stand in `text`: first character and the one behind the last, counted in
    Unicode characters (in JavaScript: `Array.from(text)`)."""


class MeetingSummary(BaseModel):
    """A meeting as a list shows it."""

    model_config = answer_config({**_SUMMARY, "found": [_FOUND]})

    room_sid: str
    """The meeting's key."""
    room_name: str
    kind: MeetingKind
    """call, or upload: a recording that was given."""
    title: str
    """From its minutes, or the name of the recording; empty: there is none yet."""
    started_at: datetime
    ended_at: datetime | None
    """None: it goes on."""
    has_minutes: bool
    """Whether there are minutes for everybody."""
    speakers: list[MeetingSpeaker]
    """Who spoke, by name."""
    found: list[FoundPart] | None = None
    """Of a search: up to three parts that hold the words; empty: only the title does."""

    @classmethod
    def of(cls, one: ListedMeeting) -> Self:
        """Return what a list shows of a meeting."""
        return cls(
            room_sid=one.room_sid,
            room_name=one.room_name,
            kind=one.kind,
            title=one.title,
            started_at=to_time(one.started_at_ms),
            ended_at=to_time(one.ended_at_ms) if one.ended_at_ms is not None else None,
            has_minutes=one.has_minutes,
            speakers=[
                MeetingSpeaker(identity=speaker.identity, name=speaker.name, role=speaker.role)
                for speaker in one.speakers
            ],
        )


class MeetingList(BaseModel):
    """Meetings: the newest first, or of a search the best first."""

    model_config = answer_config(
        {
            "meetings": [{**_SUMMARY, "found": None}],
            "next_cursor": "1893749445000.RM_8pFqJ2nLw5sZ",
            "only_newest": False,
        }
    )

    meetings: list[MeetingSummary]
    next_cursor: str | None
    """What `cursor` takes for the meetings behind these; None: there are none."""
    only_newest: bool = False
    """Of a search: so much holds the words that old meetings were not looked through; `to` leads
    to them."""


class WorkOnMinutes(BaseModel):
    """Minutes that were asked for."""

    model_config = answer_config(
        {"template": "sales", "profile_id": "", "state": "waiting", "reason": ""}
    )

    template: str
    """Empty: the one that the meeting's playbook names, or the worker's own."""
    profile_id: str
    """Empty: for everybody."""
    state: WorkState
    """failed: nobody tries again until it is asked for anew."""
    reason: str
    """Why the last attempt failed; empty: none has."""


class MeetingPage(MeetingSummary):
    """One meeting, and what the asker may see of it."""

    model_config = answer_config(
        {
            **_SUMMARY,
            "role": "host",
            "may_read_minutes": True,
            "work": [{"template": "", "profile_id": "", "state": "done", "reason": ""}],
            "event_id": "t120-h34-m1893751345000",
        }
    )

    role: Role
    """Of the asker; holders of the API key are hosts."""
    may_read_minutes: bool
    work: list[WorkOnMinutes]
    """Minutes that were asked for, whatever has become of them; for guests none."""
    event_id: str
    """Send it as Last-Event-ID to GET …/events to hear of what is newer than this answer."""


class SegmentItem(BaseModel):
    """A final segment of the transcript."""

    model_config = answer_config(_SEGMENT)

    type: Literal["segment"] = "segment"
    segment_id: str
    sequence: int
    """Its place in the order of being kept."""
    speaker_identity: str
    speaker_name: str
    speaker_role: Role
    started_at_ms: int
    """Milliseconds since the Unix epoch."""
    ended_at_ms: int
    text: str


class GapItem(BaseModel):
    """A time in which no agent listened."""

    model_config = answer_config(
        {
            "type": "gap",
            "started_at_ms": 1893749470000,
            "ended_at_ms": 1893749472100,
            "reason": "agent_away",
        }
    )

    type: Literal["gap"] = "gap"
    started_at_ms: int
    ended_at_ms: int
    reason: GapReason


class OffTheRecordItem(BaseModel):
    """A time in which a host had everybody off the record."""

    model_config = answer_config(
        {"type": "off_the_record", "started_at_ms": 1893749470000, "ended_at_ms": 1893749472100}
    )

    type: Literal["off_the_record"] = "off_the_record"
    started_at_ms: int
    ended_at_ms: int | None
    """None: it goes on."""


TranscriptItem = Annotated[SegmentItem | GapItem | OffTheRecordItem, Field(discriminator="type")]


class TranscriptPage(BaseModel):
    """A part of a transcript in the order of time."""

    model_config = answer_config({"items": [_SEGMENT], "next_cursor": "1893749461000.SG_7f21c6"})

    items: list[TranscriptItem]
    next_cursor: str | None
    """What `cursor` takes for what follows; None: nothing does."""


class TalkingPointList(BaseModel):
    """What the hosts were told to say, by sequence number, with what became of it."""

    model_config = answer_config({"talking_points": []})

    talking_points: list[TalkingPoint]


class CoverageList(BaseModel):
    """How much of each participant was heard, all agents of the meeting together."""

    model_config = answer_config({"speakers": []})

    speakers: list[SpeakerCoverage]


class MinutesList(BaseModel):
    """The minutes of a meeting, the newest first."""

    model_config = answer_config({"minutes": []})

    minutes: list[Minutes]


class MinutesWritten(BaseModel):
    """Of the event `minutes`: which there are now; read them by their own route."""

    model_config = answer_config(
        {
            "template": "sales",
            "profile_id": "",
            "version": 2,
            "state": "final",
            "title": "Acme asks for a second meeting",
            "written_at_ms": 1893751345000,
        }
    )

    template: str
    profile_id: str
    """Empty: for everybody."""
    version: int
    state: MinutesState
    title: str
    written_at_ms: int


class MeetingEnd(BaseModel):
    """Of the event `end`."""

    model_config = answer_config({"ended_at_ms": 1893751330000})

    ended_at_ms: int


class MinutesRequest(BaseModel):
    """Which minutes are to be written, or written anew."""

    model_config = request_config({"template": "sales", "profile_id": "ana"})

    template: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")] | None = None
    """A file of the worker's templates, without its ending; None: the one that the meeting's
    playbook names, or the worker's own."""
    profile_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """Whose personal minutes; None: everybody's."""
