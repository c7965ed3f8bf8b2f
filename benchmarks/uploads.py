"""How fast recordings are transcribed, what we add to the bare recognizer, and who spoke.

A talk of ten minutes on one microphone, made of the lab's lines, in each kind of file: as
`python -m agent transcribe` does it, from opening the file to the end of the meeting. Then a
shorter one beside the bare recognizer: the same stretches, cut beforehand, on the same processes.
Both take turns, so that what else happens on the machine counts for both.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from agent.stt.recognizer import RecognizerPool
from agent.transcribe.keeping import UploadKeeping
from agent.transcribe.recognizers import LocalRecognizer
from agent.transcribe.stretches import Stretch, Stretches
from agent.transcribe.transcription import Transcription
from benchmarks import diarization
from benchmarks.made_talk import KINDS, Talk, make_talk, write_talk
from benchmarks.rooms import BenchmarkError
from records import Store, migrate
from records.recordings import check_recording

TALK_SECONDS: Final = 600.0
TURN_SECONDS: Final = 120.0
QUICK_SECONDS: Final = 60.0
ROUNDS: Final = 4
"""Of ours and the bare recognizer, with the kind that most recordings have."""
_COMMON: Final = "mp3"
_HOURS: Final = 6 * 3600.0


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure every kind of file, the overhead, and the error rate of speakers."""
    talk = make_talk("sales", least_seconds=QUICK_SECONDS if quick else TALK_SECONDS)
    turn = make_talk("sales", least_seconds=QUICK_SECONDS if quick else TURN_SECONDS)
    with tempfile.TemporaryDirectory(prefix="sidenote-bench-") as folder:
        figures = asyncio.run(_measure(talk, turn, Path(folder), 1 if quick else ROUNDS))
    print(
        f"  {_COMMON}: {figures['overhead_percent']:.1f} % more than the bare recognizer on "
        f"{figures['processes']} processes"
    )
    figures["speakers"] = diarization.run()
    return figures


async def _measure(talk: Talk, turn: Talk, folder: Path, rounds: int) -> dict[str, Any]:
    times_real_time: dict[str, float] = {}
    async with RecognizerPool() as pool:
        recognizer = LocalRecognizer(pool)
        await _warm_up(recognizer, talk)
        for kind in KINDS:
            path = folder / f"talk.{kind}"
            write_talk(talk, path)
            seconds = await _transcribe(recognizer, path, folder)
            times_real_time[kind] = round(talk.seconds / seconds, 2)
            print(f"  {kind:<5} {times_real_time[kind]:6.2f} x real time", flush=True)
        path = folder / f"turn.{_COMMON}"
        write_talk(turn, path)
        ours, bare = await _take_turns(recognizer, path, folder, rounds)
        return {
            "talk_seconds": round(talk.seconds, 1),
            "processes": recognizer.in_flight,
            "times_real_time": times_real_time,
            "ours_seconds": round(ours, 2),
            "bare_seconds": round(bare, 2),
            "overhead_percent": round(100 * (ours / bare - 1), 2),
        }


async def _warm_up(recognizer: LocalRecognizer, talk: Talk) -> None:
    """Have every process load its models."""
    some = talk.samples[: 16_000 * 3]
    async with asyncio.TaskGroup() as tasks:
        for _ in range(2 * recognizer.in_flight):
            tasks.create_task(recognizer.recognize(some))


async def _take_turns(
    recognizer: LocalRecognizer, path: Path, folder: Path, rounds: int
) -> tuple[float, float]:
    """Return the seconds that ours and the bare recognizer took, all rounds together."""
    stretches = [one for one in Stretches(path, most_seconds=_HOURS).read() if one]
    ours = bare = 0.0
    for number in range(rounds):
        if number % 2:
            ours += await _transcribe(recognizer, path, folder)
            bare += await _decode(recognizer, stretches)
        else:
            bare += await _decode(recognizer, stretches)
            ours += await _transcribe(recognizer, path, folder)
    return ours, bare


async def _decode(recognizer: LocalRecognizer, stretches: list[Stretch]) -> float:
    """Return how long the bare recognizer takes: each process the next stretch, as it comes."""
    waiting = iter(stretches)

    async def work(source: Iterator[Stretch]) -> None:
        for stretch in source:
            await recognizer.recognize(stretch.samples)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(recognizer.in_flight):
            tasks.create_task(work(waiting))
    return time.perf_counter() - began


async def _transcribe(recognizer: LocalRecognizer, path: Path, folder: Path) -> float:
    """Return how long ours takes, from opening the file to the end of the meeting."""
    url = f"sqlite:///{folder}/records-{time.monotonic_ns()}.db"
    migrate(url)
    facts = await check_recording(path, most_seconds=_HOURS)
    async with Store(url) as store:
        await store.add_upload(
            "UP_bench",
            source="command",
            name=path.name,
            kind=facts.kind,
            size_bytes=1,
            duration_ms=round(facts.seconds * 1000),
            now_ms=round(time.time() * 1000),
        )
        upload = await store.begin_upload("UP_bench", now_ms=0)
        if upload is None:
            raise BenchmarkError("an upload that was just made is not there")
        began = time.perf_counter()
        keeping = UploadKeeping(store, upload, time.time)
        await keeping.open()
        transcription = Transcription(
            keeping, path, recognizer, job_id="bench", most_seconds=_HOURS, now=time.time
        )
        await transcription.run()
        seconds = time.perf_counter() - began
        if not await store.list_segments("UP_bench"):
            raise BenchmarkError(f"nothing was heard in {path.name}")
    return seconds
