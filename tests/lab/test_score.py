"""What a recording is worth."""

from dataclasses import replace

import pytest

from lab.call_file import CallFile
from lab.score import score
from lab.score_model import Score
from tests.lab.recordings import CALL, START, advise, hear, make_recording, transcript

pytestmark = pytest.mark.unit


def expecting(**expectations: object) -> CallFile:
    content = CALL.model_dump()
    content["expectations"] |= expectations
    return CallFile.model_validate(content)


def test_a_call_in_which_all_went_well_passes() -> None:
    result = score(make_recording())

    assert result.failures == []
    assert result.passed
    assert result.words.error_rate == 0
    assert result.finals == 4
    assert result.talking_points.hit == ["pricing"]
    assert result.privacy.bytes == 0
    assert result.coverage["ben"].played_seconds == pytest.approx(7.0, abs=0.2)
    assert result.coverage["ben"].lost_seconds == 0


def test_delays_count_from_the_audio_that_was_played() -> None:
    latency = score(make_recording()).latency_ms

    assert latency["speech_end_to_final"].p50 == pytest.approx(450, abs=1)
    assert latency["speech_start_to_interim"].p50 == pytest.approx(650, abs=1)
    assert latency["phrase_end_to_talking_point"].max == pytest.approx(500, abs=1)
    assert latency["join_to_agent"].count == 2
    assert latency["publish_to_receive"].p50 == pytest.approx(4, abs=1)


def test_the_report_can_be_read_back() -> None:
    result = score(make_recording())

    assert Score.model_validate_json(result.model_dump_json()) == result
    assert '"passed":true' in result.model_dump_json()


def test_a_line_without_a_final_has_lost_both_its_ends() -> None:
    recording = make_recording()
    for witness in recording.witnesses.values():
        witness.transcripts = [
            seen for seen in witness.transcripts if seen.attributes.segment_id != "SG_4"
        ]

    words = score(recording).words

    assert (words.first_words_lost, words.last_words_lost) == (1, 1)
    assert words.lines_losing_words == [4]
    assert words.speech_without_text_seconds == pytest.approx(3.0, abs=0.01)


def test_a_number_missing_at_the_beginning_is_a_lost_word_even_when_the_times_fit() -> None:
    recording = make_recording()
    for witness in recording.witnesses.values():
        witness.transcripts = [
            replace(seen, text="two three four five six")
            if seen.attributes.final and seen.attributes.segment_id == "SG_2"
            else seen
            for seen in witness.transcripts
        ]

    words = score(recording).words

    assert (words.first_words_lost, words.last_words_lost) == (1, 0)
    assert words.lines_losing_words == [2]


def test_a_wrong_word_at_the_end_is_heard_wrong_and_not_lost() -> None:
    recording = make_recording()
    for witness in recording.witnesses.values():
        witness.transcripts = [
            replace(seen, text="one two three four five sticks")
            if seen.attributes.final and seen.attributes.segment_id == "SG_2"
            else seen
            for seen in witness.transcripts
        ]

    words = score(recording).words

    assert words.last_words_lost == 0
    assert words.error_rate is not None
    assert words.error_rate > 0


def test_what_was_said_while_muted_is_not_missed() -> None:
    recording = make_recording()
    recording.off_air["ben"] = [(START + 6.5, START + 11)]
    for witness in recording.witnesses.values():
        witness.transcripts = [
            seen for seen in witness.transcripts if seen.attributes.segment_id != "SG_2"
        ]

    assert score(recording).failures == []


def test_a_host_who_was_away_is_not_what_the_finals_are_judged_by() -> None:
    recording = make_recording()
    recording.absent["ana"] = [(START + 6, START + 12)]
    host = recording.witnesses["ana"]
    host.transcripts = [s for s in host.transcripts if s.attributes.segment_id != "SG_2"]

    assert score(recording).finals == 4


def test_one_speech_in_two_finals_with_ids_of_their_own_counts_as_seen_twice() -> None:
    recording = make_recording()
    hear(recording, recording.lines[0], "SG_again")

    assert score(recording).duplicates == 1


def test_somebody_who_speaks_into_anothers_line_is_not_misattributed() -> None:
    recording = make_recording()
    long = recording.lines[2]
    recording.lines[3].speech.start_seconds = long.speech.start_seconds + 1.0
    for witness in recording.witnesses.values():
        witness.transcripts = [
            seen for seen in witness.transcripts if seen.attributes.segment_id != "SG_4"
        ]
    hear(recording, recording.lines[3], "SG_4")

    assert score(recording).attribution == 0


def test_a_talking_point_twice_and_one_that_nobody_expected_fail() -> None:
    recording = make_recording()
    advise(recording, recording.lines[2], "TP_2")
    advise(recording, recording.lines[2], "TP_3", "discount")

    points = score(recording).talking_points

    assert points.twice == ["pricing"]
    assert points.unexpected == ["discount"]


def test_a_talking_point_after_its_time_is_late() -> None:
    call = expecting(
        talking_points=[{"rule": "pricing", "line": "what is the price", "within_seconds": 0.2}]
    )

    assert score(make_recording(call)).talking_points.late == ["pricing"]


def test_a_talking_point_may_be_expected_by_its_text() -> None:
    call = expecting(talking_points=[{"text": "one lost deal", "line": "what is the price"}])

    assert score(make_recording(call)).talking_points.hit == ["one lost deal"]


def test_words_that_must_and_must_not_be_heard() -> None:
    call = expecting(heard=[{"who": "ben", "words": "four five", "line": 2}], not_heard=["send it"])

    assert score(make_recording(call)).failures == ["words.not_heard: 'send it' stands in 1 finals"]


def test_a_limit_of_the_call_file_takes_the_place_of_the_labs_own() -> None:
    call = expecting(max_latency_ms={"speech_end_to_final": 300})

    (failure,) = score(make_recording(call)).failures

    assert failure.startswith("latency_ms.speech_end_to_final: p95")


def test_text_in_silence_is_invented() -> None:
    recording = make_recording()
    seen = transcript(recording, "ben", "SG_9", "hello there", START, START + 1, START + 1.4)
    recording.witnesses["ana"].transcripts.insert(0, seen)

    assert score(recording).words.invented_words == 2
