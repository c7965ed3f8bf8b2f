"""Each score can fail: what is spoiled on purpose shows where it should, and only there."""

from dataclasses import replace

import pytest

from lab.sabotage import SABOTAGES, Sabotage
from lab.score import score
from lab.witness import SeenTranscript
from tests.lab.recordings import CALL, EDGE_SECONDS, make_recording, tone

pytestmark = pytest.mark.unit

AFTERWARDS = [
    each for each in SABOTAGES.values() if not each.drop_every and not each.cuts_last_word
]


@pytest.mark.parametrize("sabotage", AFTERWARDS, ids=lambda each: each.name)
def test_a_sabotage_of_what_was_seen_fails_exactly_its_score(sabotage: Sabotage) -> None:
    recording = make_recording()
    sabotage.spoil(recording)

    failures = score(recording).failures

    assert failures
    assert all(failure.startswith(sabotage.fails) for failure in failures)


def test_a_call_may_allow_finals_in_any_order() -> None:
    expected = CALL.expectations.model_copy(update={"in_order": False})
    recording = make_recording(CALL.model_copy(update={"expectations": expected}))
    SABOTAGES["swap-order"].spoil(recording)

    result = score(recording)

    assert result.order
    assert result.failures == []


def test_a_last_word_that_was_not_played_is_lost_at_its_end_only() -> None:
    recording = make_recording()
    sabotage = SABOTAGES["cut-last-word"]
    line = recording.lines[1]
    played = sabotage.cut(line.speech.samples, line.rendered)
    missing = line.rendered.word_ends[-1].end_seconds - line.rendered.word_ends[-2].end_seconds
    for witness in recording.witnesses.values():
        # What the agent hears of it ends where the sound does.
        witness.transcripts = [
            seen if seen.attributes.segment_id != "SG_2" else _shortened(seen, missing)
            for seen in witness.transcripts
        ]

    failures = score(recording).failures

    assert len(played) == len(line.speech.samples) - round((missing + EDGE_SECONDS) * 16000)
    assert [failure.split(":")[0] for failure in failures] == [sabotage.fails]


def _shortened(seen: SeenTranscript, seconds: float) -> SeenTranscript:
    ended = seen.attributes.ended_at_ms - round(seconds * 1000)
    attributes = seen.attributes.model_copy(update={"ended_at_ms": ended})
    return replace(seen, attributes=attributes)


def test_frames_that_never_arrived_fail_the_coverage_only() -> None:
    recording = make_recording()
    sabotage = SABOTAGES["drop-frames"]
    kept = 1 - 1 / sabotage.drop_every
    recording.received_seconds = {
        who: seconds * kept for who, seconds in recording.received_seconds.items()
    }

    failures = score(recording).failures

    assert len(failures) == 2
    assert all(failure.startswith(sabotage.fails) for failure in failures)


def test_only_the_sabotage_that_cuts_changes_the_audio() -> None:
    line = make_recording().lines[0].rendered
    samples = tone(line.seconds)

    changed = {
        name for name, each in SABOTAGES.items() if len(each.cut(samples, line)) < len(samples)
    }

    assert changed == {"cut-last-word"}


def test_every_score_that_can_break_a_promise_has_its_sabotage() -> None:
    assert {sabotage.fails.split(".")[0] for sabotage in SABOTAGES.values()} == {
        "attribution",
        "coverage",
        "duplicates",
        "latency_ms",
        "minutes",
        "order",
        "privacy",
        "talking_points",
        "words",
    }
