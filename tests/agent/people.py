"""People in a room: real clients that speak recorded lines and note everything they receive."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import aiohttp
import jwt
import numpy as np
from livekit import api, rtc
from pydantic import BaseModel

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from tests.agent.speech import silence
from tests.parts import API_KEY, API_SECRET
from wire.consent import (
    CONSENT_METHOD,
    CONSENT_STATE,
    ERASED,
    OFF_THE_RECORD_METHOD,
    ConsentRequest,
    ConsentState,
    OffTheRecordRequest,
)
from wire.coverage import COVERAGE, NOTICE, CoverageReport, Notice, SpeakerCoverage
from wire.gap import GAP
from wire.roles import RoomLife
from wire.talking_point import TalkingPoint
from wire.topics import RECOGNIZER, TALKING_POINT, TRANSCRIPTION
from wire.transcript import TranscriptAttributes

FRAME_SAMPLES = SAMPLE_RATE_HZ // 50
PATIENCE_SECONDS = 40.0


@dataclass(frozen=True)
class Line:
    """A transcript line as it came."""

    attributes: TranscriptAttributes
    text: str
    at_seconds: float
    sender: str

    @property
    def final(self) -> bool:
        return self.attributes.final


@dataclass(frozen=True)
class Packet:
    """A data message as it came."""

    topic: str
    content: bytes
    at_seconds: float

    @property
    def talking_point(self) -> TalkingPoint:
        return TalkingPoint.model_validate_json(self.content)


@dataclass(frozen=True)
class Seats:
    """A room of the token server and its two seats."""

    life: RoomLife
    url: str
    host_identity: str
    host_token: str
    guest_identity: str
    guest_token: str
    host_link: str
    guest_link: str

    @property
    def room_name(self) -> str:
        return self.life.name


async def open_room(token_server_url: str, **wanted: str) -> Seats:
    """Create a room with an agent."""
    wanted = {"host_name": "Ana", "guest_name": "Ben"} | wanted
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{token_server_url}/rooms", json=wanted) as answer,
    ):
        body = await answer.json()
        assert answer.status in (200, 201), body
    claims = jwt.decode(body["host"]["invitation"], options={"verify_signature": False})
    return Seats(
        life=RoomLife(name=body["room_name"], created_at_ms=claims["created"]),
        url=body["server_url"],
        host_identity=body["host"]["identity"],
        host_token=body["host"]["token"],
        guest_identity=body["guest"]["identity"],
        guest_token=body["guest"]["token"],
        host_link=body["host"]["link"],
        guest_link=body["guest"]["link"],
    )


def make_token(room_name: str, identity: str, **extra: Any) -> str:
    """A token of somebody who holds the media server's key."""
    grants = api.VideoGrants(room_join=True, room=room_name, can_update_own_metadata=True)
    token = api.AccessToken(API_KEY, API_SECRET).with_identity(identity).with_grants(grants)
    return token.with_name(extra.get("name", identity)).to_jwt()


@dataclass
class Person:
    """One client. Use as an async context manager: it joins, and leaves if it still is there."""

    url: str
    token: str
    lines: list[Line] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    """Identities of every agent seen, in the order of appearance."""
    on_line: Callable[[Line], None] | None = None
    options: rtc.RoomOptions = field(default_factory=rtc.RoomOptions)

    async def __aenter__(self) -> "Person":
        self.room = rtc.Room()
        self._news = asyncio.Event()
        self._streams: asyncio.Queue[tuple[rtc.TextStreamReader, str]] = asyncio.Queue()
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._reading = self._tasks.create_task(self._read())
        self.room.on("data_received", self._on_packet)
        for event in ("participant_connected", "participant_attributes_changed"):
            self.room.on(event, self._on_people)
        self.room.on("participant_disconnected", self._on_people)
        self.room.register_text_stream_handler(
            TRANSCRIPTION, lambda reader, sender: self._streams.put_nowait((reader, sender))
        )
        await self.join()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.leave()
        self._reading.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def join(self) -> None:
        await self.room.connect(self.url, self.token, self.options)
        self._on_people()

    async def leave(self) -> None:
        await self.room.disconnect()

    @property
    def identity(self) -> str:
        return self.room.local_participant.identity

    @property
    def finals(self) -> list[Line]:
        return [line for line in self.lines if line.final]

    @property
    def talking_points(self) -> list[TalkingPoint]:
        return [one.talking_point for one in self.packets if one.topic == TALKING_POINT]

    @property
    def notices(self) -> list[Notice]:
        found = [one for one in self.packets if one.topic == NOTICE]
        return [Notice.model_validate_json(one.content) for one in found]

    @property
    def erasures(self) -> list[Packet]:
        return [one for one in self.packets if one.topic == ERASED]

    @property
    def private_topics(self) -> set[str]:
        """Topics of the data messages received that are for hosts."""
        return {one.topic for one in self.packets} - {ERASED, GAP}

    def coverage_of(self, identity: str) -> SpeakerCoverage | None:
        """What the newest report says of somebody."""
        for packet in reversed(self.packets):
            if packet.topic == COVERAGE:
                speakers = CoverageReport.model_validate_json(packet.content).speakers
                return next((one for one in speakers if one.identity == identity), None)
        return None

    def received_of(self, identity: str) -> float:
        """Seconds that the newest report says were received of somebody; -1: it says nothing."""
        coverage = self.coverage_of(identity)
        return coverage.received_seconds if coverage else -1.0

    def consent_state(self, agent: str) -> ConsentState:
        """What the agent's attribute says."""
        attributes = self.room.remote_participants[agent].attributes
        return ConsentState.model_validate_json(attributes[CONSENT_STATE])

    async def answer(self, agent: str, request: ConsentRequest) -> ConsentState:
        """Say by RPC whether the agent may listen."""
        return await self._ask(agent, CONSENT_METHOD, request.model_dump_json())

    async def put_off_the_record(self, agent: str, *, off: bool) -> ConsentState:
        """Stop or resume everybody's transcription by RPC."""
        request = OffTheRecordRequest(off=off)
        return await self._ask(agent, OFF_THE_RECORD_METHOD, request.model_dump_json())

    async def _ask(self, agent: str, method: str, payload: str) -> ConsentState:
        return ConsentState.model_validate_json(await self.perform(agent, method, payload))

    async def perform(self, agent: str, method: str, request: BaseModel | str = "{}") -> str:
        """Ask something of the agent by RPC; return the reply as it came."""
        payload = request if isinstance(request, str) else request.model_dump_json()
        return str(
            await self.room.local_participant.perform_rpc(
                destination_identity=agent, method=method, payload=payload
            )
        )

    def finals_of(self, identity: str) -> list[Line]:
        return [line for line in self.finals if line.attributes.speaker_identity == identity]

    def text_of(self, identity: str) -> str:
        return " ".join(line.text for line in self.finals_of(identity))

    async def wait_until(
        self, is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Wait until something is so; looks whenever anything was received."""
        async with asyncio.timeout(seconds):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def wait_for_agent(self, *, not_one_of: tuple[str, ...] = ()) -> str:
        """Wait until an agent that listens is seen; return its identity."""

        def found() -> list[str]:
            return [
                one.identity
                for one in self.room.remote_participants.values()
                if RECOGNIZER in one.attributes and one.identity not in not_one_of
            ]

        await self.wait_until(found)
        return found()[0]

    async def publish_microphone(self, *, dtx: bool = True) -> rtc.LocalTrackPublication:
        """Publish a microphone track, which nobody may take."""
        self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1, queue_size_ms=200)
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        self.publication = await self.room.local_participant.publish_track(
            self.track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=dtx)
        )
        return self.publication

    async def open_microphone(self) -> rtc.LocalTrackPublication:
        """Publish a microphone track; an earlier one of this person must be gone."""
        await self.publish_microphone()
        # Somebody must take the track before the first word, as in a call that has begun.
        await self.publication.wait_for_subscription()
        await self.play(silence(0.5))
        return self.publication

    async def close_microphone(self) -> None:
        await self.room.local_participant.unpublish_track(self.publication.sid)

    async def play(self, samples: Samples) -> None:
        """Play samples in real time, and return when the last one has been played."""
        rest = -len(samples) % FRAME_SAMPLES
        for frame in np.concatenate((samples, np.zeros(rest, np.int16))).reshape(-1, FRAME_SAMPLES):
            await self._source.capture_frame(
                rtc.AudioFrame(frame.tobytes(), SAMPLE_RATE_HZ, 1, FRAME_SAMPLES)
            )
        await self._source.wait_for_playout()

    async def say(self, samples: Samples) -> None:
        """Play a line and the silence behind it."""
        await self.play(np.concatenate((samples, silence(0.8))))

    async def _read(self) -> None:
        while True:
            reader, sender = await self._streams.get()
            try:
                text = await reader.read_all()
            except rtc.StreamError:
                continue  # this person has left in the middle of it
            attributes = TranscriptAttributes.from_stream(dict(reader.info.attributes or {}))
            line = Line(attributes, text, time.time(), sender)
            self.lines.append(line)
            if self.on_line:
                self.on_line(line)
            self._news.set()

    def _on_packet(self, packet: rtc.DataPacket) -> None:
        self.packets.append(Packet(packet.topic or "", packet.data, time.time()))
        self._news.set()

    def _on_people(self, *_: object) -> None:
        for one in self.room.remote_participants.values():
            if RECOGNIZER in one.attributes and one.identity not in self.agents:
                self.agents.append(one.identity)
        self._news.set()
