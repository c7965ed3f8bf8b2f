"""The figures of hearing as tables for people: delay, what is sent, silence, a full room."""

from typing import Any, Final

_DELAYS: Final = {
    "speech_end_to_final_ms": "end of speech to final",
    "speech_end_to_commit_ms": "of it: until the commit is sent",
    "commit_to_final_ms": "of it: from the answer to the reader",
}


def print_hearing(result: dict[str, Any]) -> None:
    """Print what was measured of hearing."""
    if delay := result.get("provider_delay"):
        print(f"\n{'through a provider that takes no time, ms':<42}{'p50':>6}{'p95':>8}{'max':>8}")
        for name, title in _DELAYS.items():
            ranks = "".join(f"{round(delay[name][rank]):>8}" for rank in ("p50", "p95", "max"))
            print(f"  {title:<38}{ranks}")
        print(f"  {'within it: silence that the gate awaits':<38}{delay['gate_silence_ms']:>7}")
    if sent := result.get("speech_sent"):
        print(f"\n{'sent to a provider, s':<40}{'spoken':>8}{'sent':>8}{'ratio':>8}")
        for who, each in sent.items():
            seconds = f"{each['spoken_seconds']:>8}{each['sent_seconds']:>8}"
            print(f"  {who:<38}{seconds}{each['ratio']:>8}")
    if hours := result.get("silent_hour"):
        _print_hours(hours)
    if room := result.get("twenty"):
        _print_room(room)
    if matched := result.get("sound_matching"):
        print(f"\n{'names by their sound':<40}{'texts':>8}{'found':>8}{'wrong':>8}")
        for part, each in matched.items():
            found = each["spelt"] + each["by_sound"]
            print(f"  {part:<38}{each['sentences']:>8}{found:>8}{len(each['wrong']):>8}")


def _print_hours(hours: dict[str, Any]) -> None:
    title = f"{hours['seconds'] / 60:.0f} minutes without speech"
    print(f"\n{title:<34}{'sent, s':>10}{'MB before':>12}{'after':>8}{'took, s':>10}")
    for name in ("silence", "office_noise"):
        each = hours[name]
        print(
            f"  {name.replace('_', ' '):<32}{each['sent_seconds']:>10}{each['rss_before_mb']:>12}"
            f"{each['rss_after_mb']:>8}{each['took_seconds']:>10}"
        )


def _print_room(room: dict[str, Any]) -> None:
    title = f"{room['participants']} in a room, % of a core"
    print(f"\n{title:<40}{'worker':>8}{'a track':>10}")
    for kind, share in room["worker_percent_of_a_core"].items():
        track = room["percent_of_a_core_per_track"].get(kind, "")
        print(f"  {'with ' + kind if track else kind:<38}{share:>8}{track:>10}")
    print(
        f"  received {room['received_seconds']} s, sent {room['provider_seconds']} s, "
        f"dropped {room['dropped_seconds'] or 'nothing'}"
    )
