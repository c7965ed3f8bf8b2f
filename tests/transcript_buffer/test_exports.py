"""The subtitle formats are read back by a library that others use."""

import io
import json
from datetime import UTC, datetime

import pytest
import webvtt

from transcript_buffer import Segment
from transcript_buffer.exports import LONGEST_CUE, ExportFormat, export_transcript

pytestmark = pytest.mark.unit

BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC).timestamp()
LONG = " ".join(f"word{number}" for number in range(100))


def seg(start: float, end: float, text: str, name: str = "Ana", *, final: bool = True) -> Segment:
    return Segment(
        id=f"SG_{start}",
        speaker=name.lower() or "guest-1",
        name=name,
        role="guest",
        text=text,
        start_seconds=BEGIN + start,
        end_seconds=BEGIN + end,
        final=final,
    )


MEETING = [
    seg(3661.5, 3663, "and <b>that</b> --> is & was *all*", "Ben [x]"),
    seg(0, 1.25, "good morning"),
    seg(5, 6, "half a sent", final=False),
]


@pytest.mark.parametrize("export_format", ["txt", "md", "srt"])
def test_a_meeting_without_a_word_is_an_empty_file(export_format: ExportFormat) -> None:
    assert export_transcript([], export_format, title="Acme") == ""


def test_text_is_in_the_order_of_speech_and_without_interims() -> None:
    assert export_transcript(MEETING, "txt", title="Acme") == (
        "Acme\n2026-03-02 09:30 UTC\n\n"
        "[00:00:00] Ana: good morning\n"
        "[01:01:01] Ben [x]: and <b>that</b> --> is & was *all*\n"
    )


def test_markdown_shows_what_was_said_and_formats_nothing_of_it() -> None:
    lines = export_transcript(MEETING, "md", title="Acme *&*").splitlines()
    assert lines[0] == r"# Acme \*&\*"
    assert lines[-1] == (r"**Ben \[x\]** (01:01:01): and \<b\>that\</b\> --\> is & was \*all\*")


def test_subrip_is_read_back() -> None:
    cues = webvtt.from_buffer(io.StringIO(export_transcript(MEETING, "srt")), format="srt").captions
    assert [(cue.start, cue.end) for cue in cues] == [
        ("00:00:00.000", "00:00:01.250"),
        ("01:01:01.500", "01:01:03.000"),
    ]
    assert cues[0].text == "Ana: good morning"


def test_webvtt_is_read_back_with_its_speakers() -> None:
    text = export_transcript(MEETING, "vtt", title="Acme\n--> 1")
    assert text.startswith("WEBVTT Acme -> 1\n\n00:00:00.000 --> 00:00:01.250\n<v Ana>good")
    cues = webvtt.from_buffer(io.StringIO(text)).captions
    assert [cue.voice for cue in cues] == ["Ana", "Ben [x]"]
    assert cues[1].raw_text == "<v Ben [x]>and &lt;b&gt;that&lt;/b&gt; --&gt; is &amp; was *all*"


@pytest.mark.parametrize("export_format", ["srt", "vtt"])
def test_a_long_segment_is_shown_in_parts_that_lose_nothing(export_format: ExportFormat) -> None:
    text = export_transcript([seg(0, 60, LONG, "")], export_format)
    cues = webvtt.from_buffer(io.StringIO(text), format=export_format).captions
    words = " ".join(cue.text.removeprefix("guest-1: ") for cue in cues)
    assert words == LONG
    assert all(len(cue.text) <= LONGEST_CUE + len("guest-1: ") for cue in cues)
    times = [time for cue in cues for time in (cue.start, cue.end)]
    assert times == sorted(times)
    assert (times[0], times[-1]) == ("00:00:00.000", "00:01:00.000")


def test_json_holds_all_that_is_known_of_a_line() -> None:
    lines = json.loads(export_transcript(MEETING, "json"))["segments"]
    assert lines[0] == {
        "segment_id": "SG_0",
        "speaker_identity": "ana",
        "speaker_name": "Ana",
        "speaker_role": "guest",
        "started_at_ms": round(BEGIN * 1000),
        "ended_at_ms": round(BEGIN * 1000) + 1250,
        "text": "good morning",
    }
    assert len(lines) == 2
