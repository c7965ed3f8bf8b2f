"""Puts the ways to transcribe the same call side by side: ours, the plain one, pipecat's."""

from typing import Any, Final

OURS: Final = "ours"
PEERS: Final = ("plain", "pipecat")
_COMPARED: Final = {
    "speech_end_to_final_p50": ("speech_end_to_final_ms", "p50"),
    "speech_end_to_final_p95": ("speech_end_to_final_ms", "p95"),
    "cpu_seconds_per_call_minute": ("cpu_seconds_per_call_minute",),
    "rooms_per_core": ("rooms_per_core",),
    "peak_pss": ("memory_mb", "peak_pss"),
    "peak_rss": ("memory_mb", "peak_rss"),
}


def add_way(result: dict[str, Any], way: str, figures: dict[str, Any]) -> None:
    """Enter the figures of a way: as {figure: {way: value}}, beside those of the others."""
    for figure, value in figures.items():
        result.setdefault(figure, {})[way] = value


def add_ratios(result: dict[str, Any]) -> None:
    """Enter how many times each peer's figure ours is; None where one of the two is missing."""
    ways = result.get("speech_end_to_final_ms", {})
    for peer in PEERS:
        if OURS in ways and peer in ways:
            result[f"ours_to_{peer}"] = {
                name: _ratio(result, path, peer) for name, path in _COMPARED.items()
            }


def _ratio(result: dict[str, Any], path: tuple[str, ...], peer: str) -> float | None:
    ours, other = (_find(result[path[0]][way], path[1:]) for way in (OURS, peer))
    return round(ours / other, 2) if ours is not None and other else None


def _find(value: Any, path: tuple[str, ...]) -> float | None:
    for key in path:
        value = value[key]
    return None if value is None else float(value)
