"""The figures as tables for people, and what they say of the targets."""

from collections.abc import Iterator
from typing import Any

AGENT_IN_ROOM_P95_MS = 450.0
FINAL_P50_MS = 700.0
FINAL_P95_MS = 1000.0
FINAL_TO_REQUEST_P95_MS = 15.0
TOKEN_TO_MESSAGE_P95_MS = 10.0
VOICE_SILENCE_MS = 300.0

_JOINS = {
    "sequential": "one room after the other",
    "at_join": "the same, created by the join",
    "burst": "burst of 8",
    "burst_at_join": "burst of 8, created by the joins",
    "sequential_from_post": "one after the other, from POST /rooms",
    "burst_from_post": "burst of 8, from POST /rooms",
    "client_connect": "of it: the client's own connect",
}
_ADVICE = {
    "final_to_request": "final to the model's request",
    "token_to_message": "token to the message sent",
}
_VOICE = {
    "text_to_first_audio": "first sentence to first sound",
    "speech_to_silence": "a person speaks to silence",
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
        for name, title in _JOINS.items():
            _print_latency(title, joins[name], joins[name].get("without_agent", ""))
    if delays := result.get("speech_end_to_final_ms"):
        print(
            f"\n{'end of speech to final, ms':<40}"
            f"{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'missed':>8}"
        )
        for way, latency in delays.items():
            _print_latency(way, latency, result["missed"][way])
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
    _print_advice_and_voices(result)


def _print_advice_and_voices(result: dict[str, Any]) -> None:
    if added := result.get("advice_ms"):
        _print_delays("advice: added by us, ms", _ADVICE, added)
    for name, delays in result.get("voice_ms", {}).items():
        _print_delays(f"voice by {name}, ms", _VOICE, delays)


def _print_delays(head: str, titles: dict[str, str], delays: dict[str, Any]) -> None:
    print(f"\n{head:<40}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}")
    for name, title in titles.items():
        _print_latency(title, delays[name], "")


def _print_latency(title: str, latency: dict[str, Any], lost: Any) -> None:
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
    if "ours" in (delays := result.get("speech_end_to_final_ms", {})):
        yield "end of speech to final p50", delays["ours"]["p50"], FINAL_P50_MS
        yield "end of speech to final p95", delays["ours"]["p95"], FINAL_P95_MS
    if added := result.get("advice_ms"):
        limits = (FINAL_TO_REQUEST_P95_MS, TOKEN_TO_MESSAGE_P95_MS)
        for (name, title), limit in zip(_ADVICE.items(), limits, strict=True):
            yield f"{title} p95", added[name]["p95"], limit
    for name, figures in result.get("voice_ms", {}).items():
        silence = figures["speech_to_silence"]["max"]
        yield f"a person speaks to silence, at most ({name})", silence, VOICE_SILENCE_MS


def find_faults(result: dict[str, Any]) -> list[str]:
    """Return what is broken, whatever the time it took."""
    faults = []
    for name, figures in result.get("agent_in_room_ms", {}).items():
        if isinstance(figures, dict) and figures.get("without_agent"):
            faults.append(f"{_JOINS[name]}: {figures['without_agent']} rooms got no agent")
    for way, missed in result.get("missed", {}).items():
        if way == "ours" and missed:
            faults.append(f"{missed} of {result['lines'][way]} lines had no final")
        if not result["finals"][way]:
            faults.append(f"{way}: no final was read")
    return faults
