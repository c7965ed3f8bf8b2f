"""What became of the talking points that the hosts were told."""

from dataclasses import replace
from typing import Any

import pytest

from lab.call_file import CallFile
from lab.recording import Recording
from lab.score import score
from lab.score_told import score_told
from tests.lab.recordings import CALL, make_recording

pytestmark = pytest.mark.unit


def add_version(recording: Recording, **changes: Any) -> None:
    """Let the host see one more message: the first talking point with changes."""
    host = recording.hosts[0]
    first = host.messages[0]
    assert first.point
    point = first.point.model_copy(update={"version": 2, **changes})
    host.messages.append(replace(first, point=point, payload=point.model_dump_json().encode()))


def expecting(**expectations: object) -> CallFile:
    content = CALL.model_dump()
    content["expectations"] |= expectations
    return CallFile.model_validate(content)


def test_the_last_version_tells_who_wrote_it() -> None:
    recording = make_recording()
    add_version(recording, source="model", text="Name the cost first.", complete=False)
    add_version(recording, version=3, source="model", text="Name the cost of a lost deal first.")

    told = score_told(recording)

    (point,) = told.points
    assert (point.label, point.source, point.versions) == ("pricing", "model", 3)
    assert point.supported
    assert (told.most, told.count("model"), told.count("playbook")) == (1, 1, 0)
    assert score(recording).failures == []


def test_a_talking_point_that_rests_on_nothing_said_fails_the_call() -> None:
    recording = make_recording()
    add_version(recording, source="model", quote="we have no budget")

    result = score(recording)

    assert result.told.unsupported == ["pricing"]
    assert result.failures == ["told.unsupported: pricing"]


def test_a_rule_may_rest_on_an_interim_and_a_model_may_not() -> None:
    recording = make_recording()
    add_version(recording, source="playbook", quote="and")
    for witness in recording.witnesses.values():
        witness.transcripts[:] = [
            replace(seen, text="then") if seen.attributes.final else seen
            for seen in witness.transcripts
        ]

    assert score_told(recording).unsupported == []
    add_version(recording, version=3, source="model", quote="and")
    assert score_told(recording).unsupported == ["pricing"]


def test_what_is_never_written_to_its_end_fails_the_call() -> None:
    recording = make_recording()
    add_version(recording, source="model", complete=False)

    assert score(recording).failures == ["told.unfinished: pricing"]


def test_the_same_words_under_two_ids_are_said_twice() -> None:
    recording = make_recording()
    point = recording.hosts[0].messages[0].point
    assert point
    add_version(recording, id="TP_2", version=1, source="model", rule_id=None)

    assert score(recording).failures == [f"told.said_twice: {point.text}"]


def test_what_is_taken_back_while_it_is_written_is_not_said_twice() -> None:
    recording = make_recording()
    new = {"id": "TP_2", "source": "model", "rule_id": None}
    add_version(recording, **new, version=1, text="Ask what one lost", complete=False)
    add_version(recording, **new, state="withdrawn")

    assert score(recording).failures == []


def test_a_call_file_says_who_has_the_last_word_and_how_many_may_come() -> None:
    recording = make_recording(expecting(last_word="model", max_talking_points=0))

    assert score(recording).failures == [
        "talking_points.other_writer: pricing",
        "told.most: a host got 1 talking points, at most 0 may come",
    ]
    add_version(recording, source="model")
    assert score(recording).talking_points.other_writer == []
