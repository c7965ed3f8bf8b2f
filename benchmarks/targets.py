"""What the figures say of the targets, and what is broken whatever the time it took."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.report import JOINS
from benchmarks.report_help import ADVICE

AGENT_IN_ROOM_P95_MS: Final = 450.0
FINAL_P50_MS: Final = 700.0
FINAL_P95_MS: Final = 1000.0
PROVIDER_FINAL_P50_MS: Final = 400.0
PROVIDER_FINAL_P95_MS: Final = 500.0
SENT_RATIO: Final = 1.15
TRACK_PERCENT: Final = {"silent": 1.0, "speaking": 3.0}
MEMORY_GROWTH_MB: Final = 5.0
ADDED_P95_MS: Final = {
    "final_to_request": 15.0,
    "token_to_message": 10.0,
    "death_to_next_model": 2000.0,
}
VOICE_SILENCE_MS: Final = 300.0
UPLOAD_OVERHEAD_PERCENT: Final = 5.0
MEETING_PAGE_P95_MS: Final = 1000.0
SEARCH_P95_MS: Final = 50.0


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and what it should stay under."""

    name: str
    value: float | None
    """None: it could not be measured."""
    limit: float
    unit: str = "ms"

    @property
    def is_met(self) -> bool:
        """Whether the figure is there and low enough."""
        return self.value is not None and self.value < self.limit


def print_targets(result: dict[str, Any]) -> None:
    """Print a line for each target that was measured: met or not."""
    print()
    for target in (
        *_delays(result),
        *_provider(result),
        *_silence(result),
        *_tracks(result),
        *_advice(result),
        *_uploads(result),
        *_long_meeting(result),
    ):
        told = "no figure" if target.value is None else f"{target.value:.4g} {target.unit}"
        print(
            f"{'met    ' if target.is_met else 'NOT MET'}  {target.name}: {told}, "
            f"target under {target.limit:.4g} {target.unit}"
        )


def _delays(result: dict[str, Any]) -> Iterator[Target]:
    if joins := result.get("agent_in_room_ms"):
        for name in ("sequential", "at_join"):
            title = f"agent in the room p95 ({JOINS[name]})"
            yield Target(title, joins[name]["p95"], AGENT_IN_ROOM_P95_MS)
    if "ours" in (delays := result.get("speech_end_to_final_ms", {})):
        yield Target("end of speech to final p50", delays["ours"]["p50"], FINAL_P50_MS)
        yield Target("end of speech to final p95", delays["ours"]["p95"], FINAL_P95_MS)


def _provider(result: dict[str, Any]) -> Iterator[Target]:
    if delay := result.get("provider_delay"):
        final = delay["speech_end_to_final_ms"]
        name = "end of speech to final by a provider"
        yield Target(f"{name} p50", final["p50"], PROVIDER_FINAL_P50_MS)
        yield Target(f"{name} p95", final["p95"], PROVIDER_FINAL_P95_MS)
    if sent := result.get("speech_sent"):
        name = "seconds sent for each second of speech"
        yield Target(name, sent["together"]["ratio"], SENT_RATIO, "s")


def _silence(result: dict[str, Any]) -> Iterator[Target]:
    if hours := result.get("silent_hour"):
        for name in ("silence", "office_noise"):
            grown = hours[name]["rss_after_mb"] - hours[name]["rss_before_mb"]
            title = f"memory grown in an hour of {name.replace('_', ' ')}"
            yield Target(title, grown, MEMORY_GROWTH_MB, "MB")


def _tracks(result: dict[str, Any]) -> Iterator[Target]:
    if room := result.get("twenty"):
        for kind, limit in TRACK_PERCENT.items():
            share = room["percent_of_a_core_per_track"][kind]
            yield Target(f"a {kind} track", share, limit, "% of a core")


def _advice(result: dict[str, Any]) -> Iterator[Target]:
    if added := result.get("advice_ms"):
        for name, limit in ADDED_P95_MS.items():
            yield Target(f"{ADVICE[name]} p95", added[name]["p95"], limit)
    for name, figures in result.get("voice_ms", {}).items():
        silence = figures["speech_to_silence"]["max"]
        yield Target(f"a person speaks to silence, at most ({name})", silence, VOICE_SILENCE_MS)


def _long_meeting(result: dict[str, Any]) -> Iterator[Target]:
    if meeting := result.get("long_meeting"):
        memory = meeting["call"]["memory_mb"]
        grown = memory["at_100%"] - memory["at_10%"]
        yield Target("memory grown in a long meeting", grown, MEMORY_GROWTH_MB, "MB")
        page, search = meeting["page_ms"]["p95"], meeting["search_ms"]["p95"]
        yield Target("page of a long meeting p95", page, MEETING_PAGE_P95_MS)
        yield Target("search p95", search, SEARCH_P95_MS)


def _uploads(result: dict[str, Any]) -> Iterator[Target]:
    if figures := result.get("uploads"):
        name = "a recording beside the bare recognizer"
        yield Target(name, figures["overhead_percent"], UPLOAD_OVERHEAD_PERCENT, "% more")


def find_faults(result: dict[str, Any]) -> list[str]:
    """Return what is broken, whatever the time it took."""
    faults = []
    for name, figures in result.get("agent_in_room_ms", {}).items():
        if isinstance(figures, dict) and figures.get("without_agent"):
            faults.append(f"{JOINS[name]}: {figures['without_agent']} rooms got no agent")
    for way, missed in result.get("missed", {}).items():
        if way == "ours" and missed:
            faults.append(f"{missed} of {result['lines'][way]} lines had no final")
        if not result["finals"][way]:
            faults.append(f"{way}: no final was read")
    if sent := result.get("silent_hour", {}).get("silence", {}).get("sent_seconds"):
        faults.append(f"{sent} s were sent to the provider while nobody spoke")
    for reason, seconds in result.get("twenty", {}).get("dropped_seconds", {}).items():
        faults.append(f"twenty in a room: {seconds} s of audio were dropped ({reason})")
    return faults
