"""The figures as tables for people."""

from typing import Any, Final

JOINS: Final = {
    "sequential": "one room after the other",
    "at_join": "the same, created by the join",
    "burst": "burst of 8",
    "burst_at_join": "burst of 8, created by the joins",
    "sequential_from_post": "one after the other, from POST /rooms",
    "burst_from_post": "burst of 8, from POST /rooms",
    "client_connect": "of it: the client's own connect",
}
_TOKENS = {
    "requests_per_second": "requests per second",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "server_cpu_ms_per_request": "server's CPU, ms per request",
    "client_cpu_share": "client's CPU, share of a core",
}


def print_figures(result: dict[str, Any]) -> None:
    """Print what was measured."""
    if joins := result.get("agent_in_room_ms"):
        print(
            f"\n{'agent in the room, ms':<40}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'none':>6}"
        )
        for name, title in JOINS.items():
            print_latency(title, joins[name], joins[name].get("without_agent", ""))
    if delays := result.get("speech_end_to_final_ms"):
        print(
            f"\n{'end of speech to final, ms':<40}"
            f"{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'missed':>8}"
        )
        for way, latency in delays.items():
            print_latency(way, latency, result["missed"][way])
        _print_ways(result)
    if endpoints := result.get("token_endpoint"):
        _print_token_endpoints(endpoints)
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


def print_latency(title: str, latency: dict[str, Any], lost: Any) -> None:
    """Print a row of ranks; `lost` stands at its end."""
    ranks = "".join(
        f"{'-' if latency[rank] is None else round(latency[rank]):>8}"
        for rank in ("p50", "p95", "max")
    )
    print(f"  {title:<38}{ranks}{latency['count']:>7}{lost:>6}")


def _print_ways(result: dict[str, Any]) -> None:
    ways = list(result["lines"])
    peers = [way for way in ways if f"ours_to_{way}" in result]
    memory = result["memory_mb"]
    rows = [
        ("delay p50, ms", "speech_end_to_final_p50", _rank_of(result, "p50")),
        ("delay p95, ms", "speech_end_to_final_p95", _rank_of(result, "p95")),
        ("finals", None, result["finals"]),
        ("word error rate", None, result["word_error_rate"]),
        (
            "CPU s per minute of call",
            "cpu_seconds_per_call_minute",
            result["cpu_seconds_per_call_minute"],
        ),
        ("rooms per core (60 / CPU s)", "rooms_per_core", result["rooms_per_core"]),
        ("peak memory, MB (PSS)", "peak_pss", {w: memory[w]["peak_pss"] for w in ways}),
        ("peak memory, MB (RSS)", "peak_rss", {w: memory[w]["peak_rss"] for w in ways}),
    ]
    heads = [*ways, *(f"ours/{peer}" for peer in peers)]
    print(f"\n{'ways to transcribe the call':<40}" + "".join(f"{head:>14}" for head in heads))
    for title, ratio, values in rows:
        ratios = [result[f"ours_to_{peer}"][ratio] if ratio else "" for peer in peers]
        cells = [values[way] for way in ways] + ratios
        shown = "".join(f"{'-' if cell is None else cell:>14}" for cell in cells)
        print(f"  {title:<38}{shown}")


def _rank_of(result: dict[str, Any], rank: str) -> dict[str, float | None]:
    return {
        way: latency[rank] and round(latency[rank])
        for way, latency in result["speech_end_to_final_ms"].items()
    }


def _print_token_endpoints(endpoints: dict[str, Any]) -> None:
    ours, plain, ratio = (endpoints[name] for name in ("ours", "plain", "ratio"))
    title = f"POST /tokens, {ours['connections']} connections"
    print(f"\n{title:<40}{'ours':>14}{'plain':>14}{'ours/plain':>14}")
    for name, heading in _TOKENS.items():
        print(f"  {heading:<38}{ours[name]:>14}{plain[name]:>14}{ratio.get(name, ''):>14}")
