"""The figures of advice and voice as tables for people."""

from typing import Any, Final

from benchmarks.report import print_latency

ADVICE: Final = {
    "final_to_request": "final to the model's request",
    "token_to_message": "token to the message sent",
    "death_to_next_model": "a model dies to the next one's words",
}
_VOICE: Final = {
    "text_to_first_audio": "first sentence to first sound",
    "speech_to_silence": "a person speaks to silence",
}


def print_help(result: dict[str, Any]) -> None:
    """Print what was measured of advice and voice."""
    if added := result.get("advice_ms"):
        _print_delays("advice: added by us, ms", ADVICE, added)
    for name, delays in result.get("voice_ms", {}).items():
        _print_delays(f"voice by {name}, ms", _VOICE, delays)


def _print_delays(head: str, titles: dict[str, str], delays: dict[str, Any]) -> None:
    print(f"\n{head:<40}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}")
    for name, title in titles.items():
        print_latency(title, delays[name], "")
