"""A bot as pipecat builds it, on its LiveKit transport: the peer that `pipecat_peer` measures.

Runs in the environment of `benchmarks.pipecat_environment`, one process per room, as
`python -m benchmarks.pipecat_bot SPEAKERS`; BOT_URL, BOT_ROOM and BOT_TOKEN say where it joins.

pipecat's transport gives each participant's audio as a stream of its own, and a pipeline with one
recognizer should receive one of them (says its documentation of `audio_in_user_tracks`). So each
speaker has a branch of a `ParallelPipeline`: pipecat's Silero voice activity detection and its
`SegmentedSTTService`, both with their default settings, before the recognizer that our worker has,
with the same options, in a process of its own. Finals leave the bot as pipecat sends them
by itself: RTVI messages `user-input` on the data channel.
"""

# The package that the bot is made of is in another environment, so that its types are unknown
# here; everything else of this file is checked.
# mypy: disable-error-code="import-not-found"
# mypy: disallow-subclassing-any=False, disallow-untyped-decorators=False

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import Frame, TranscriptionFrame, UserAudioRawFrame
from pipecat.pipeline.parallel_pipeline import ParallelPipeline
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.filters.function_filter import FunctionFilter
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.transports.livekit.transport import LiveKitParams, LiveKitTransport
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

from benchmarks.plain_recognizer import LENGTH

READY = "the pipecat bot listens"
"""What the bot prints when it is in the room and its pipeline runs; `pipecat_peer` waits for it."""
_SAMPLE_RATE_HZ = 16000


class WholeSegmentSTT(SegmentedSTTService):
    """pocketsphinx in a process of its own, one segment at a time."""

    def __init__(self) -> None:
        super().__init__(
            # Nothing behind the recognizer wants the audio; passing it on would only cost time.
            audio_passthrough=False,
            # What it takes by itself, with a complaint that nobody chose it.
            settings=STTSettings(model=None, language=None),
            ttfs_p99_latency=1.0,
        )
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.plain_recognizer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @property
    def wants_wav_segments(self) -> bool:
        return False

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Recognize a segment of mono 16 kHz PCM."""
        if text := await asyncio.to_thread(self._recognize, audio):
            yield TranscriptionFrame(text, self._user_id, time_now_iso8601())

    def _recognize(self, pcm: bytes) -> str:
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(LENGTH.pack(len(pcm)) + pcm)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the recognizer process has ended")
        return answer.decode().strip()

    async def cleanup(self) -> None:
        """End the process."""
        await super().cleanup()
        if self._process.stdin:
            self._process.stdin.close()
        await asyncio.to_thread(self._process.wait)


class Seats:
    """Gives each speaker a branch of the pipeline, in the order in which they are heard."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._taken: dict[str, int] = {}

    def filter_of(self, seat: int) -> Callable[[Frame], Awaitable[bool]]:
        """Return a filter that lets through the audio of one seat, and all that is no audio."""

        async def is_wanted(frame: Frame) -> bool:
            return not isinstance(frame, UserAudioRawFrame) or self._find(frame.user_id) == seat

        return is_wanted

    def _find(self, identity: str) -> int | None:
        if identity not in self._taken and len(self._taken) < self.count:
            self._taken[identity] = len(self._taken)
        return self._taken.get(identity)


def make_pipeline(transport: Any, seats: Seats) -> Any:
    """Return the transport's input, a branch for each seat, and the transport's output."""
    branches = [
        [
            # Audio frames are "system frames" there.
            FunctionFilter(filter=seats.filter_of(seat), filter_system_frames=True),
            VADProcessor(vad_analyzer=SileroVADAnalyzer()),
            WholeSegmentSTT(),
        ]
        for seat in range(seats.count)
    ]
    return Pipeline([transport.input(), ParallelPipeline(*branches), transport.output()])


async def main() -> None:
    """Serve the room until SIGTERM."""
    # Its default prints every step, which costs time.
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    transport = LiveKitTransport(
        os.environ["BOT_URL"],
        os.environ["BOT_TOKEN"],
        os.environ["BOT_ROOM"],
        LiveKitParams(audio_in_enabled=True, audio_out_enabled=False),
    )
    worker = PipelineWorker(
        make_pipeline(transport, Seats(int(sys.argv[1]))),
        params=PipelineParams(audio_in_sample_rate=_SAMPLE_RATE_HZ),
    )

    @worker.event_handler("on_pipeline_started")
    async def on_pipeline_started(*_: object) -> None:
        print(READY, flush=True)

    runner = WorkerRunner(handle_sigterm=True)
    await runner.add_workers(worker)
    await runner.run()


if __name__ == "__main__":
    asyncio.run(main())
