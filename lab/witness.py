"""Records everything that one participant of a call can see."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from livekit import rtc
from pydantic import ValidationError

from wire.answers import ANSWER, Answer
from wire.talking_point import TalkingPoint
from wire.tasks import TASK, Task
from wire.topics import AGENT_STATE, TALKING_POINT, TRANSCRIPTION
from wire.transcript import TranscriptAttributes

Kind = Literal[
    "packet",
    "text stream",
    "byte stream",
    "attributes",
    "metadata",
    "room metadata",
    "transcription",
    "participant",
    "data track",
    "rpc answer",
    "http answer",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Anything that reached a participant, in bytes."""

    received_seconds: float
    """Since the Unix epoch."""
    kind: Kind
    topic: str
    """Topic of a packet or stream; identity for what a participant says of himself."""
    payload: bytes
    """All of it: text and attributes too."""
    by_person: bool = False
    """Whether another person in the call sent it, and not the agent or a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTranscript:
    """An interim or a final as it arrived."""

    received_seconds: float
    """Since the Unix epoch."""
    sender: str
    """Identity that the media server gave as the sender."""
    attributes: TranscriptAttributes
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMessage:
    """A data message as it arrived."""

    received_seconds: float
    topic: str
    payload: bytes
    point: TalkingPoint | None
    """The talking point in it, if it is one of the agent's."""
    task: Task | None = None
    """Likewise."""
    answer: Answer | None = None
    """Likewise."""


_NUMBERED: Final[Mapping[str, type[TalkingPoint | Task | Answer]]] = {
    TALKING_POINT: TalkingPoint,
    TASK: Task,
    ANSWER: Answer,
}


class _EveryTopic(dict[str, Any]):
    """Handlers of a room's streams in which every topic has the same one.

    The library wants to know each topic beforehand, and drops streams of others; a spy cannot
    know under which name something leaks.
    """

    def __init__(self, handler: Callable[[Any, str], None]) -> None:
        super().__init__()
        self._handler = handler

    def get(self, _topic: str, _default: object = None) -> Any:
        """Return the handler, whatever the topic."""
        return self._handler


@dataclass(slots=True)
class Witness:
    """What one participant has seen so far."""

    identity: str
    name: str
    role: str
    transcripts: list[SeenTranscript] = field(default_factory=list)
    messages: list[SeenMessage] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    """Everything, what stands in `transcripts` and `messages` too."""
    malformed: int = 0
    """Messages on our topics that do not fit `wire`."""
    agent_seen_seconds: float | None = None
    """When this participant first saw an agent."""
    listening: list[tuple[float, str]] = field(default_factory=list)
    """When an agent was seen to listen, with its identity: when it came, said so, or was there
    after this participant had lost the room."""
    on_transcript: Callable[[SeenTranscript], None] = lambda _: None
    on_talking_point: Callable[[SeenMessage], None] = lambda _: None

    def attach(self, room: rtc.Room, tasks: asyncio.TaskGroup) -> None:
        """Watch a room; call before connecting. The tasks end with the streams they read."""

        def on_text(reader: rtc.TextStreamReader, sender: str) -> None:
            tasks.create_task(self._read_text(reader, sender, _is_person(room, sender)))

        def on_bytes(reader: rtc.ByteStreamReader, _sender: str) -> None:
            tasks.create_task(self._read_bytes(reader))

        room._text_stream_handlers = _EveryTopic(on_text)
        room._byte_stream_handlers = _EveryTopic(on_bytes)
        room.on("data_received", self._take)
        room.on("participant_connected", self._on_participant)
        room.on("participant_attributes_changed", self._on_attributes)
        room.on("participant_metadata_changed", self._on_metadata)
        room.on("participant_name_changed", self._on_name)
        room.on("room_metadata_changed", self._on_room_metadata)
        room.on("transcription_received", self._on_transcription)
        room.on("data_track_published", self._on_data_track)
        room.on("reconnected", lambda: self._look_for_agents(room))

    def look_around(self, room: rtc.Room) -> None:
        """Take note of who was in the room already; call after connecting."""
        self._see("room metadata", "", room.metadata or "")
        for participant in room.remote_participants.values():
            self._on_participant(participant)

    def note_answer(
        self, kind: Literal["rpc answer", "http answer"], asked: str, payload: bytes
    ) -> None:
        """Take note of what this participant was answered."""
        self._see(kind, asked, payload)

    def _see(
        self, kind: Kind, topic: str, content: str | bytes, *, by_person: bool = False
    ) -> None:
        payload = content.encode() if isinstance(content, str) else content
        self.sightings.append(
            Sighting(
                received_seconds=time.time(),
                kind=kind,
                topic=topic,
                payload=payload,
                by_person=by_person,
            )
        )

    def _on_participant(self, participant: rtc.RemoteParticipant) -> None:
        told = {
            "name": participant.name,
            "metadata": participant.metadata,
            "attributes": dict(participant.attributes),
        }
        self._see("participant", participant.identity, _json(told))
        if _is_agent(participant) and self.agent_seen_seconds is None:
            self.agent_seen_seconds = time.time()
        self._note_listening(participant)

    def _on_attributes(self, changed: dict[str, str], participant: rtc.Participant) -> None:
        self._see("attributes", participant.identity, _json(changed))
        if AGENT_STATE in changed:
            self._note_listening(participant)

    def _look_for_agents(self, room: rtc.Room) -> None:
        for participant in room.remote_participants.values():
            self._note_listening(participant)

    def _note_listening(self, participant: rtc.Participant) -> None:
        if _is_agent(participant) and participant.attributes.get(AGENT_STATE) == "listening":
            self.listening.append((time.time(), participant.identity))

    def _on_metadata(self, participant: rtc.Participant, _old: str, new: str) -> None:
        self._see("metadata", participant.identity, new)

    def _on_name(self, participant: rtc.Participant, _old: str, new: str) -> None:
        self._see("participant", participant.identity, new)

    def _on_room_metadata(self, _old: str, new: str) -> None:
        self._see("room metadata", "", new)

    def _on_transcription(self, segments: list[Any], *_: object) -> None:
        for segment in segments:
            self._see("transcription", segment.id, segment.text)

    def _on_data_track(self, track: Any) -> None:
        self._see("data track", "", str(getattr(track, "info", track)))

    async def _read_text(self, reader: rtc.TextStreamReader, sender: str, by_person: bool) -> None:
        try:
            text = await reader.read_all()
        except rtc.StreamError:
            return  # it was under way when this participant left
        told = dict(reader.info.attributes or {})
        topic = reader.info.topic
        # The agent sends transcripts under the speaker's identity.
        by_person = by_person and topic != TRANSCRIPTION
        self._see("text stream", topic, _json(told) + "\n" + text, by_person=by_person)
        if topic != TRANSCRIPTION:
            return
        try:
            attributes = TranscriptAttributes.from_stream(told)
        except ValidationError:
            self.malformed += 1
            return
        seen = SeenTranscript(
            received_seconds=time.time(), sender=sender, attributes=attributes, text=text
        )
        self.transcripts.append(seen)
        self.on_transcript(seen)

    async def _read_bytes(self, reader: rtc.ByteStreamReader) -> None:
        content = _json(dict(reader.info.attributes or {})).encode()
        with suppress(rtc.StreamError):  # what came of it counts
            async for piece in reader:
                content += piece
        self._see("byte stream", reader.info.topic, content)

    def _take(self, packet: rtc.DataPacket) -> None:
        payload, topic = bytes(packet.data), packet.topic or ""
        sender = packet.participant
        by_person = sender is not None and not _is_agent(sender)
        self._see("packet", topic, payload, by_person=by_person)
        read: TalkingPoint | Task | Answer | None = None
        if topic in _NUMBERED and not by_person:
            try:
                read = _NUMBERED[topic].model_validate_json(payload)
            except ValidationError:
                self.malformed += 1
        seen = SeenMessage(
            received_seconds=time.time(),
            topic=topic,
            payload=payload,
            point=read if isinstance(read, TalkingPoint) else None,
            task=read if isinstance(read, Task) else None,
            answer=read if isinstance(read, Answer) else None,
        )
        self.messages.append(seen)
        if seen.point:
            self.on_talking_point(seen)


def _is_agent(participant: rtc.Participant) -> bool:
    return participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT


def _is_person(room: rtc.Room, identity: str) -> bool:
    sender = room.remote_participants.get(identity)
    return sender is not None and not _is_agent(sender)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
