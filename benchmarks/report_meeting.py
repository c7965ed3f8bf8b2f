"""The figures of a long meeting as tables for people."""

from typing import Any

from benchmarks.report import print_latency


def print_meeting(result: dict[str, Any]) -> None:
    """Print what was measured of a long meeting."""
    if not (meeting := result.get("long_meeting")):
        return
    call = meeting["call"]
    title = f"a meeting of {meeting['seconds'] / 3600:.1f} h, {meeting['finals']} finals"
    print(f"\n{title}")
    looks = ", ".join(
        f"{share.removeprefix('at_')} {memory} MB" for share, memory in call["memory_mb"].items()
    )
    print(f"  memory at {looks}; taken in {call['took_seconds']} s")
    print(f"\n{'its minutes':<40}{'s':>8}{'MB more':>9}{'decided':>9}{'to do':>7}{'open':>6}")
    for name, heading in (("rules", "by rules"), ("three_models", "by three models and rules")):
        each = meeting["minutes"][name]
        lines = f"{each['decisions']:>9}{each['action_items']:>7}{each['open_questions']:>6}"
        print(f"  {heading:<38}{each['took_seconds']:>8}{each['peak_mb']:>9}{lines}")
    print(f"\n{'over HTTP, ms':<40}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}")
    print_latency("its page", meeting["page_ms"], "")
    for part, latency in meeting["parts_ms"].items():
        print_latency(f"of it: {part}", latency, "")
    print_latency("a search", meeting["search_ms"], "")
    print(f"  {'all finals, page by page':<38}{round(meeting['all_finals_ms']):>8}")
