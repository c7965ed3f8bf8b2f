"""Records everything that one participant of a call can see."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from livekit import rtc
from pydantic import ValidationError

from wire.talking_point import TalkingPoint
from wire.topics import TALKING_POINT, TRANSCRIPTION
from wire.transcript import TranscriptAttributes


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
    """The talking point in it, if it is one."""


@dataclass(slots=True)
class Witness:
    """What one participant has seen so far."""

    identity: str
    name: str
    role: str
    transcripts: list[SeenTranscript] = field(default_factory=list)
    messages: list[SeenMessage] = field(default_factory=list)
    malformed: int = 0
    """Messages on our topics that do not fit `wire`."""
    agent_seen_seconds: float | None = None
    """When this participant first saw an agent."""
    on_transcript: Callable[[SeenTranscript], None] = lambda _: None
    on_talking_point: Callable[[SeenMessage], None] = lambda _: None

    def attach(self, room: rtc.Room, tasks: asyncio.TaskGroup) -> None:
        """Watch a room; call before connecting. The tasks end with the streams they read."""

        def on_stream(reader: rtc.TextStreamReader, sender: str) -> None:
            tasks.create_task(self._read(reader, sender))

        def on_data(packet: rtc.DataPacket) -> None:
            self._take(packet)

        def on_participant(participant: rtc.RemoteParticipant) -> None:
            is_agent = participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
            if is_agent and self.agent_seen_seconds is None:
                self.agent_seen_seconds = time.time()

        room.register_text_stream_handler(TRANSCRIPTION, on_stream)
        room.on("data_received", on_data)
        room.on("participant_connected", on_participant)

    def look_around(self, room: rtc.Room) -> None:
        """Take note of who was in the room already; call after connecting."""
        kinds = [participant.kind for participant in room.remote_participants.values()]
        agent_is_here = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT in kinds
        if agent_is_here and self.agent_seen_seconds is None:
            self.agent_seen_seconds = time.time()

    async def _read(self, reader: rtc.TextStreamReader, sender: str) -> None:
        text = await reader.read_all()
        try:
            attributes = TranscriptAttributes.from_stream(dict(reader.info.attributes or {}))
        except ValidationError:
            self.malformed += 1
            return
        seen = SeenTranscript(
            received_seconds=time.time(), sender=sender, attributes=attributes, text=text
        )
        self.transcripts.append(seen)
        self.on_transcript(seen)

    def _take(self, packet: rtc.DataPacket) -> None:
        point = None
        if packet.topic == TALKING_POINT:
            try:
                point = TalkingPoint.model_validate_json(packet.data)
            except ValidationError:
                self.malformed += 1
        seen = SeenMessage(
            received_seconds=time.time(),
            topic=packet.topic or "",
            payload=bytes(packet.data),
            point=point,
        )
        self.messages.append(seen)
        if point:
            self.on_talking_point(seen)
