"""A transcript as text for people and for other programs: txt, Markdown, SubRip, WebVTT, JSON."""

import html
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final, Literal

from transcript_buffer.segment import Segment

ExportFormat = Literal["txt", "md", "srt", "vtt", "json"]

LONGEST_CUE: Final = 200
"""Characters of one subtitle; what is longer is shown in parts, each for its share of the time."""

_MARKDOWN_SIGNS: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|~"})


def export_transcript(
    segments: Iterable[Segment], export_format: ExportFormat, *, title: str = ""
) -> str:
    """Return the finals of a meeting in the order in which they were spoken.

    Times count from the first word, but in JSON, where they are milliseconds since the Unix epoch.

    Args:
        segments: in any order; interims are left out.
        export_format: srt as players read it (no standard; https://docs.fileformat.com/video/srt/),
            vtt as https://www.w3.org/TR/webvtt1/ has it, with the speaker as voice.
        title: of the meeting, for txt, md and vtt.
    """
    finals = sorted(
        (segment for segment in segments if segment.final and segment.text),
        key=attrgetter("start_seconds", "id"),
    )
    match export_format:
        case "txt":
            return _txt(finals, title)
        case "md":
            return _markdown(finals, title)
        case "srt":
            return _srt(finals)
        case "vtt":
            return _vtt(finals, title)
        case "json":
            return _json(finals)


def _name(segment: Segment) -> str:
    return " ".join((segment.name or segment.speaker).split())


def _since_first(finals: Sequence[Segment], at_seconds: float) -> float:
    return at_seconds - finals[0].start_seconds


def _clock(seconds: float, sign: str = ".") -> str:
    ms = max(0, round(seconds * 1000))
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{sign}{ms % 1000:03}"


def _day(finals: Sequence[Segment]) -> str:
    return f"{datetime.fromtimestamp(finals[0].start_seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _txt(finals: Sequence[Segment], title: str) -> str:
    head = [title, _day(finals), ""] if title and finals else []
    lines = [
        f"[{_clock(_since_first(finals, one.start_seconds))[:8]}] {_name(one)}: {one.text}"
        for one in finals
    ]
    return "\n".join([*head, *lines, ""]) if lines else ""


def _markdown(finals: Sequence[Segment], title: str) -> str:
    if not finals:
        return ""
    head = [f"# {(title or 'Transcript').translate(_MARKDOWN_SIGNS)}", "", _day(finals)]
    lines = [
        f"\n**{_name(one).translate(_MARKDOWN_SIGNS)}** "
        f"({_clock(_since_first(finals, one.start_seconds))[:8]}): "
        f"{one.text.translate(_MARKDOWN_SIGNS)}"
        for one in finals
    ]
    return "\n".join([*head, *lines, ""])


def _cues(finals: Sequence[Segment]) -> Iterable[tuple[Segment, float, float, str]]:
    """Yield what is shown from when to when, seconds since the first word."""
    for segment in finals:
        parts = _parts(segment.text)
        start = _since_first(finals, segment.start_seconds)
        length = segment.end_seconds - segment.start_seconds
        written, whole = 0, sum(map(len, parts))
        for part in parts:
            begin = start + length * written / whole
            written += len(part)
            yield segment, begin, start + length * written / whole, part


def _parts(text: str) -> list[str]:
    parts = [""]
    for word in text.split():
        if parts[-1] and len(parts[-1]) + 1 + len(word) > LONGEST_CUE:
            parts.append("")
        parts[-1] = f"{parts[-1]} {word}".lstrip()
    return parts


def _srt(finals: Sequence[Segment]) -> str:
    cues = [
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{_name(segment)}: {text}\n"
        for number, (segment, start, end, text) in enumerate(_cues(finals), start=1)
    ]
    return "\n".join(cues)


def _vtt(finals: Sequence[Segment], title: str) -> str:
    head = f"WEBVTT {' '.join(title.split())}".strip().replace("-->", "->")
    cues = [
        f"\n{_clock(start)} --> {_clock(end)}\n"
        f"<v {html.escape(_name(segment), quote=False)}>{html.escape(text, quote=False)}\n"
        for segment, start, end, text in _cues(finals)
    ]
    return "\n".join([head, *cues]) + ("" if cues else "\n")


def _json(finals: Sequence[Segment]) -> str:
    lines = [
        {
            "segment_id": one.id,
            "speaker_identity": one.speaker,
            "speaker_name": one.name,
            "speaker_role": one.role,
            "started_at_ms": round(one.start_seconds * 1000),
            "ended_at_ms": round(one.end_seconds * 1000),
            "text": one.text,
        }
        for one in finals
    ]
    return json.dumps({"segments": lines}, ensure_ascii=False, indent=2) + "\n"
