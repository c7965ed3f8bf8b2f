"""A worker as the library's documentation builds it: the peer that `final_delay` compares with.

The design is that of the public example `examples/other/transcription/multi-user-transcriber.py`
of https://github.com/livekit/agents: one `AgentSession` with its default settings for each
participant, bound to him by `participant_identity`, that publishes what it hears itself. The
speech recognizer is ours, with the same options, given to the library as one that takes whole
segments: behind `StreamAdapter` and the library's voice activity detection.
"""

import asyncio
import math
import os
import subprocess
import sys
import threading
from typing import Any

from livekit import rtc
from livekit.agents import (
    NOT_GIVEN,
    Agent,
    AgentServer,
    AgentSession,
    APIConnectionError,
    APIConnectOptions,
    AutoSubscribe,
    JobContext,
    NotGivenOr,
    StopResponse,
    inference,
    llm,
    room_io,
    stt,
    utils,
)

from benchmarks.plain_recognizer import LENGTH

AGENT_NAME = "plain-transcriber"
REGISTERED = "the plain worker is registered"
"""What the worker prints when jobs may come."""
_SAMPLE_RATE_HZ = 16000


class WholeSegmentSTT(stt.STT[Any]):
    """pocketsphinx in a process of its own, one segment at a time."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.plain_recognizer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        pcm = bytes(rtc.combine_audio_frames(buffer).data)
        text = await asyncio.to_thread(self._recognize, pcm)
        alternative = stt.SpeechData(language="en", text=text)  # type: ignore[arg-type]
        return stt.SpeechEvent(
            type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[alternative]
        )

    def _recognize(self, pcm: bytes) -> str:
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(LENGTH.pack(len(pcm)) + pcm)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise APIConnectionError("the recognizer process has ended")
        return answer.decode().strip()

    async def aclose(self) -> None:
        """End the process."""
        if self._process.stdin:
            self._process.stdin.close()
        await asyncio.to_thread(self._process.wait)


class Transcriber(Agent):
    """Listens to one participant and answers nothing."""

    def __init__(self, recognizer: stt.STT[Any]) -> None:
        super().__init__(
            instructions="not-needed", stt=stt.StreamAdapter(stt=recognizer, vad=inference.VAD())
        )

    async def on_user_turn_completed(
        self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage
    ) -> None:
        """End the turn without a reply."""
        raise StopResponse


class MultiUserTranscriber:
    """A session for each participant, from his coming until his going."""

    def __init__(self, context: JobContext) -> None:
        self._room = context.room
        self._sessions: dict[str, tuple[AgentSession[Any], stt.STT[Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Follow who comes and goes."""
        self._room.on("participant_connected", self.on_participant_connected)
        self._room.on("participant_disconnected", self._on_participant_disconnected)

    def on_participant_connected(self, participant: rtc.RemoteParticipant) -> None:
        """Begin to listen to a participant."""
        if participant.identity in self._sessions:
            return
        recognizer = WholeSegmentSTT()
        session: AgentSession[Any] = AgentSession()
        self._sessions[participant.identity] = (session, recognizer)
        self._begin(self._start_session(session, recognizer, participant.identity))

    def _on_participant_disconnected(self, participant: rtc.RemoteParticipant) -> None:
        if running := self._sessions.pop(participant.identity, None):
            self._begin(self._close_session(*running))

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start_session(
        self, session: AgentSession[Any], recognizer: stt.STT[Any], identity: str
    ) -> None:
        await session.start(
            agent=Transcriber(recognizer),
            room=self._room,
            room_options=room_io.RoomOptions(
                audio_input=room_io.AudioInputOptions(sample_rate=_SAMPLE_RATE_HZ),
                text_output=True,
                audio_output=False,
                participant_identity=identity,
                text_input=False,
            ),
        )

    async def _close_session(self, session: AgentSession[Any], recognizer: stt.STT[Any]) -> None:
        await session.aclose()
        await recognizer.aclose()

    async def aclose(self) -> None:
        """Close all sessions."""
        await utils.aio.cancel_and_wait(*self._tasks)
        running = list(self._sessions.values())
        self._sessions.clear()
        await asyncio.gather(*(self._close_session(*each) for each in running))


# Only what has nothing to do with the comparison differs from the library's defaults: loopback,
# as many idle processes as ours, and no refusal because the machine is busy.
server = AgentServer(
    host="127.0.0.1",
    port=0,
    num_idle_processes=int(os.environ.get("AGENT_IDLE_PROCESSES", "1")),
    load_threshold=math.inf,
    load_fnc=lambda _server: 0.0,
)


@server.rtc_session(agent_name=AGENT_NAME)
async def entrypoint(context: JobContext) -> None:
    """Serve a room."""
    transcriber = MultiUserTranscriber(context)
    transcriber.start()
    await context.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
    for participant in context.room.remote_participants.values():
        transcriber.on_participant_connected(participant)
    context.add_shutdown_callback(transcriber.aclose)


def _on_registered(*_: object) -> None:
    print(REGISTERED, flush=True)


server.on("worker_registered", _on_registered)
