"""How the attributes of a transcript line travel."""

import pytest

from wire.transcript import TranscriptAttributes

pytestmark = pytest.mark.unit


def _line(*, final: bool = True) -> TranscriptAttributes:
    return TranscriptAttributes(
        segment_id="seg-7",
        final=final,
        track_sid="TR_abc",
        speaker_identity="guest-0123456789ab-0123456789abcdef",
        speaker_name="Zoë",
        speaker_role="guest",
        started_at_ms=1_764_000_000_000,
        ended_at_ms=1_764_000_001_500,
    )


def test_stream_attributes_are_strings_under_the_names_that_livekit_reads() -> None:
    stream = _line().to_stream()
    assert all(isinstance(value, str) for value in stream.values())
    assert stream["lk.segment_id"] == "seg-7"
    assert stream["lk.transcription_final"] == "true"
    assert stream["lk.transcribed_track_id"] == "TR_abc"


def test_interim_is_marked_in_lower_case() -> None:
    assert _line(final=False).to_stream()["lk.transcription_final"] == "false"


@pytest.mark.parametrize("final", [True, False])
def test_attributes_survive_a_round_trip(final: bool) -> None:
    line = _line(final=final)
    assert TranscriptAttributes.from_stream(line.to_stream()) == line
