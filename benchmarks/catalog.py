"""Every benchmark by its name, and where its figures go."""

import argparse
from collections.abc import Callable
from typing import Any, Final

from benchmarks import (
    advice,
    diarization,
    final_delay,
    joining,
    long_meeting,
    pipecat_peer,
    playbook,
    provider_call,
    recognizer,
    search,
    silent_hour,
    sound_matching,
    token_endpoint,
    transcript_buffer,
    twenty,
    uploads,
    voice,
)
from benchmarks.ways import add_way

QUICK_MEETING_SECONDS: Final = 600.0


class Catalog:
    """Runs benchmarks one by one, and enters what they measure into one result."""

    def __init__(self, options: argparse.Namespace, result: dict[str, Any]) -> None:
        self._options = options
        self._result = result
        self._quick: bool = options.quick
        self._logs: bool = options.logs

    def run(self, name: str) -> None:
        """Run one of `NAMES`.

        Raises:
            BenchmarkError: something is broken.
            NotInstalledError: what it compares with is not here.
            PartError: a part of the stack did not start.
        """
        _RUNS[name](self)

    def joining(self) -> None:
        self._result["agent_in_room_ms"] = joining.run(
            quick=self._quick, idle_processes=self._options.idle_processes, logs=self._logs
        )

    def final_delay(self) -> None:
        for way, figures in final_delay.run(quick=self._quick, logs=self._logs).items():
            add_way(self._result, way, figures)

    def pipecat(self) -> None:
        self._result["machine"]["pipecat_versions"] = pipecat_peer.describe_packages()
        add_way(self._result, "pipecat", pipecat_peer.run(quick=self._quick, logs=self._logs))

    def provider_delay(self) -> None:
        self._result["provider_delay"] = provider_call.run_delay(quick=self._quick, logs=self._logs)

    def speech_sent(self) -> None:
        self._result["speech_sent"] = provider_call.run_sent(quick=self._quick, logs=self._logs)

    def silent_hour(self) -> None:
        self._result["silent_hour"] = silent_hour.run(quick=self._quick)

    def twenty(self) -> None:
        self._result["twenty"] = twenty.run(quick=self._quick, logs=self._logs)

    def token_endpoint(self) -> None:
        self._result["token_endpoint"] = token_endpoint.run(quick=self._quick, logs=self._logs)

    def transcript_buffer(self) -> None:
        seconds = QUICK_MEETING_SECONDS if self._quick else transcript_buffer.MEETING_SECONDS
        self._result["transcript_buffer"] = transcript_buffer.run(seconds)

    def playbook(self) -> None:
        self._result["playbook"] = playbook.run()

    def sound_matching(self) -> None:
        self._result["sound_matching"] = sound_matching.run()

    def advice(self) -> None:
        self._result["advice_ms"] = advice.run(quick=self._quick)

    def voice(self) -> None:
        self._result["voice_ms"] = voice.run(quick=self._quick, logs=self._logs)

    def long_meeting(self) -> None:
        self._result["long_meeting"] = long_meeting.run(quick=self._quick, logs=self._logs)

    def search(self) -> None:
        self._result["search"] = search.run(quick=self._quick)

    def uploads(self) -> None:
        self._result["uploads"] = uploads.run(quick=self._quick)

    def recognizer(self) -> None:
        self._result["recognizer"] = recognizer.run(quick=self._quick)

    def diarization(self) -> None:
        self._result["diarization"] = diarization.run()


_RUNS: Final[dict[str, Callable[[Catalog], None]]] = {
    "joining": Catalog.joining,
    "final_delay": Catalog.final_delay,
    "pipecat": Catalog.pipecat,
    "provider_delay": Catalog.provider_delay,
    "speech_sent": Catalog.speech_sent,
    "silent_hour": Catalog.silent_hour,
    "twenty": Catalog.twenty,
    "token_endpoint": Catalog.token_endpoint,
    "transcript_buffer": Catalog.transcript_buffer,
    "playbook": Catalog.playbook,
    "sound_matching": Catalog.sound_matching,
    "search": Catalog.search,
    "recognizer": Catalog.recognizer,
    "diarization": Catalog.diarization,
    "advice": Catalog.advice,
    "voice": Catalog.voice,
    "uploads": Catalog.uploads,
    "long_meeting": Catalog.long_meeting,
}
NAMES: Final = tuple(_RUNS)
"""In the order in which they are run."""
