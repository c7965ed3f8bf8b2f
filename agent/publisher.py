"""Sends transcripts to everyone and talking points to hosts, in order and without holding up.

What waits to be sent is kept by id, and a newer version takes the place of an older one that
waits: a slow network thins out interims, never finals, and the queue holds no more than one
entry for each segment and talking point that is under way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from livekit import rtc
from pydantic import BaseModel

from agent.ears import Clock
from records import Store, StoreUnavailableError
from transcript_buffer import Segment
from wire.talking_point import TalkingPoint
from wire.topics import TALKING_POINT, TRANSCRIPTION
from wire.transcript import TranscriptAttributes

logger = logging.getLogger("sidenote.publisher")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A talking point before it is sent: what it says and what it rests on."""

    id: str
    version: int
    source: Literal["playbook", "model"]
    rule_id: str | None
    text: str
    complete: bool
    quote: str
    segment: Segment
    heard_at_seconds: float
    read_identities: tuple[str, ...] = ()
    """Everybody whose words a model read before it wrote this; empty: no model did."""

    def rests_on(self, identity: str) -> bool:
        """Tell whether a participant's words are in this or may be."""
        return self.segment.speaker == identity or identity in self.read_identities


@dataclass(frozen=True, slots=True)
class _Message:
    topic: str
    content: BaseModel
    private: bool


class Outbox(Generic[Item]):
    """What waits to be sent, oldest id first, the newest version of each."""

    def __init__(self, send: Callable[[Item], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: dict[str, Item] = {}
        self._news = asyncio.Event()
        self._sending = asyncio.Lock()
        self._ended = False

    def push(self, item_id: str, item: Item) -> None:
        """Send this soon, in place of an older version that still waits."""
        self._waiting[item_id] = item
        self._news.set()

    async def discard(self, unwanted: Callable[[Item], bool]) -> None:
        """Forget what waits and is not wanted; returns when nothing of it is under way either."""
        self._waiting = {key: item for key, item in self._waiting.items() if not unwanted(item)}
        async with self._sending:
            return

    def end_input(self) -> None:
        """Let `run` return when everything is sent."""
        self._ended = True
        self._news.set()

    async def run(self) -> None:
        """Send until `end_input` was called and nothing waits."""
        while True:
            while self._waiting:
                async with self._sending:
                    if self._waiting:  # else it was discarded meanwhile
                        await self._send(self._waiting.pop(next(iter(self._waiting))))
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()


class Publisher:
    """The voice of one call towards the room."""

    def __init__(
        self, *, room: rtc.Room, store: Store, room_sid: str, last_sequence: int, now: Clock
    ) -> None:
        self._room = room
        self._store = store
        self._room_sid = room_sid
        self._sequence = last_sequence
        self._now = now
        self._hosts: Callable[[], list[str]] = list
        self._segments: Outbox[Segment] = Outbox(self._send_segment)
        self._advice: Outbox[Advice] = Outbox(self._send_advice)
        self._messages: Outbox[_Message] = Outbox(self._send_message)

    async def run(self, hosts: Callable[[], list[str]]) -> None:
        """Send until `end_input`; `hosts` returns the identities that may see talking points."""
        self._hosts = hosts
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._segments.run(), name="transcripts")
            tasks.create_task(self._advice.run(), name="talking points")
            tasks.create_task(self._messages.run(), name="messages")

    def end_input(self) -> None:
        """Let `run` return when everything is sent."""
        self._segments.end_input()
        self._advice.end_input()
        self._messages.end_input()

    def publish_segment(self, segment: Segment) -> None:
        """Send an interim or a final to everyone; an empty final takes its interims back."""
        self._segments.push(segment.id, segment)

    def publish_advice(self, advice: Advice) -> None:
        """Send a talking point, or a newer version of one, to the hosts."""
        self._advice.push(advice.id, advice)

    def publish_to_hosts(self, topic: str, message_id: str, message: BaseModel) -> None:
        """Send a message to the hosts, in place of an older one of the same id that waits."""
        self._messages.push(f"{topic} {message_id}", _Message(topic, message, private=True))

    def publish_to_everyone(self, topic: str, message_id: str, message: BaseModel) -> None:
        """Send a message to everyone, in place of an older one of the same id that waits."""
        self._messages.push(f"{topic} {message_id}", _Message(topic, message, private=False))

    async def erase_speaker(self, identity: str) -> None:
        """Drop what waits to be sent and rests on what a participant said.

        When this returns, nothing of it is on its way into the store or to a page.
        """
        await self._segments.discard(lambda segment: segment.speaker == identity)
        await self._advice.discard(lambda advice: advice.rests_on(identity))

    async def _send_message(self, message: _Message) -> None:
        hosts = self._hosts()
        if message.private and not hosts:
            return  # an empty destination list would mean everyone
        with _Delivery(self._room, f"a message on {message.topic}"):
            await self._room.local_participant.publish_data(
                message.content.model_dump_json(),
                reliable=True,
                destination_identities=hosts if message.private else [],
                topic=message.topic,
            )

    async def _send_segment(self, segment: Segment) -> None:
        attributes = TranscriptAttributes.model_validate(
            {
                "segment_id": segment.id,
                "final": segment.final,
                "track_sid": segment.track_sid,
                "speaker_identity": segment.speaker,
                "speaker_name": segment.name,
                "speaker_role": segment.role,
                "started_at_ms": round(segment.start_seconds * 1000),
                "ended_at_ms": round(segment.end_seconds * 1000),
            }
        )
        with _Delivery(self._room, "a transcript"):
            writer = await self._room.local_participant.stream_text(
                topic=TRANSCRIPTION,
                sender_identity=segment.speaker,
                attributes=attributes.to_stream(),
            )
            await writer.write(segment.text)
            await writer.aclose()

    async def _send_advice(self, advice: Advice) -> None:
        point = TalkingPoint(
            id=advice.id,
            version=advice.version,
            sequence=self._sequence + 1,
            source=advice.source,
            rule_id=advice.rule_id,
            text=advice.text,
            complete=advice.complete,
            quote=advice.quote,
            segment_id=advice.segment.id,
            speaker_identity=advice.segment.speaker,
            speaker_name=advice.segment.name,
            read_identities=advice.read_identities,
            heard_at_ms=round(advice.heard_at_seconds * 1000),
            sent_at_ms=round(self._now() * 1000),
        )
        self._sequence = point.sequence
        try:
            await self._store.put_talking_point(self._room_sid, point)
        except StoreUnavailableError as error:
            logger.error("a talking point is not in the store", extra={"error": str(error)})
        hosts = self._hosts()
        if not hosts:
            return  # an empty destination list would mean everyone
        with _Delivery(self._room, "a talking point"):
            await self._room.local_participant.publish_data(
                point.model_dump_json(),
                reliable=True,
                destination_identities=hosts,
                topic=TALKING_POINT,
            )


class _Delivery:
    """Outlives a send that fails: the room may be gone, and the records hold what it missed."""

    def __init__(self, room: rtc.Room, what: str) -> None:
        self._room = room
        self._what = what

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        if self._room.isconnected():
            logger.error("could not send %s", self._what, extra={"error": kind.__name__})
        return True
