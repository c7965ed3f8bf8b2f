"""The figures as tables for people, and what they say of the targets."""

from collections.abc import Iterator
from typing import Any

AGENT_IN_ROOM_P95_MS = 450.0
FINAL_P50_MS = 700.0
FINAL_P95_MS = 1000.0

_JOINS = {
    "sequential": "one room after the other",
    "at_join": "the same, created by the join",
    "burst": "burst of 8",
    "burst_at_join": "burst of 8, created by the joins",
    "sequential_from_post": "one after the other, from POST /rooms",
    "burst_from_post": "burst of 8, from POST /rooms",
    "client_connect": "of it: the client's own connect",
}


def print_figures(result: dict[str, Any]) -> None:
    """Print what was measured."""
    if joins := result.get("agent_in_room_ms"):
        print(
            f"\n{'agent in the room, ms':<40}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'none':>6}"
        )
        for name, title in _JOINS.items():
            _print_latency(title, joins[name], joins[name].get("without_agent", ""))
    if delays := result.get("speech_end_to_final_ms"):
        print(
            f"\n{'end of speech to final, ms':<40}"
            f"{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'missed':>8}"
        )
        for way in ("ours", "plain"):
            _print_latency(way, delays[way], result["missed"][way])
        _print_ways(result)
    if buffer := result.get("transcript_buffer"):
        last = buffer["microseconds"]["last_tenth"]
        print(
            f"\n{'transcript buffer, us':<40}{'p50':>8}{'p95':>8}   at the end of "
            f"{buffer['meeting_seconds'] / 3600:.1f} h with {buffer['speakers']} speakers"
        )
        for name, spent in last.items():
            print(f"  {name:<38}{spent['p50']:>8}{spent['p95']:>8}")
    if book := result.get("playbook"):
        title = f"playbook of {book['phrases']} phrases, us"
        print(f"\n{title:<40}{'p50':>8}{'p95':>8}")
        for name, spent in book["microseconds"].items():
            print(f"  {name:<38}{spent['p50']:>8}{spent['p95']:>8}")


def _print_latency(title: str, latency: dict[str, Any], lost: Any) -> None:
    ranks = "".join(
        f"{'-' if latency[rank] is None else round(latency[rank]):>8}"
        for rank in ("p50", "p95", "max")
    )
    print(f"  {title:<38}{ranks}{latency['count']:>7}{lost:>6}")


def _print_ways(result: dict[str, Any]) -> None:
    ratios = result["ours_to_plain"]
    memory = result["memory_mb"]
    rows = [
        ("delay p50, ours / plain", None, None, ratios["speech_end_to_final_p50"]),
        ("delay p95, ours / plain", None, None, ratios["speech_end_to_final_p95"]),
        (
            "CPU s per minute of call",
            *result["cpu_seconds_per_call_minute"].values(),
            ratios["cpu_seconds_per_call_minute"],
        ),
        (
            "peak memory, MB (PSS)",
            memory["ours"]["peak_pss"],
            memory["plain"]["peak_pss"],
            ratios["peak_pss"],
        ),
        (
            "peak memory, MB (RSS)",
            memory["ours"]["peak_rss"],
            memory["plain"]["peak_rss"],
            ratios["peak_rss"],
        ),
        ("word error rate", *result["word_error_rate"].values(), None),
    ]
    print(f"\n{'ours beside the plain way':<40}{'ours':>8}{'plain':>8}{'ratio':>8}")
    for title, *values in rows:
        print(f"  {title:<38}" + "".join(f"{'' if v is None else v:>8}" for v in values))


def print_targets(result: dict[str, Any]) -> None:
    """Print a line for each target that was measured: met or not."""
    print()
    for name, value, limit in _targets(result):
        met = value is not None and value < limit
        told = "no figure" if value is None else f"{value:.0f} ms"
        print(f"{'met    ' if met else 'NOT MET'}  {name}: {told}, target under {limit:.0f} ms")


def _targets(result: dict[str, Any]) -> Iterator[tuple[str, float | None, float]]:
    if joins := result.get("agent_in_room_ms"):
        for name in ("sequential", "at_join"):
            yield (
                f"agent in the room p95 ({_JOINS[name]})",
                joins[name]["p95"],
                AGENT_IN_ROOM_P95_MS,
            )
    if delays := result.get("speech_end_to_final_ms"):
        yield "end of speech to final p50", delays["ours"]["p50"], FINAL_P50_MS
        yield "end of speech to final p95", delays["ours"]["p95"], FINAL_P95_MS


def find_faults(result: dict[str, Any]) -> list[str]:
    """Return what is broken, whatever the time it took."""
    faults = []
    for name, figures in result.get("agent_in_room_ms", {}).items():
        if isinstance(figures, dict) and figures.get("without_agent"):
            faults.append(f"{_JOINS[name]}: {figures['without_agent']} rooms got no agent")
    if "missed" in result:
        lines = result["lines"]
        if result["missed"]["ours"]:
            faults.append(f"{result['missed']['ours']} of {lines['ours']} lines had no final")
        if not result["finals"]["plain"]:
            faults.append("the plain worker sent no final")
    return faults
