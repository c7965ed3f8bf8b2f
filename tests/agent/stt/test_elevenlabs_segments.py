"""The speech that is not answered yet, without socket and clock."""

import pytest

from agent.stt.elevenlabs_errors import SessionLostError, error_of_message, error_of_status
from agent.stt.elevenlabs_segments import (
    BYTES_PER_SECOND,
    LONGEST_MESSAGE_BYTES,
    MESSAGE_BYTES,
    Answer,
    UnansweredSpeech,
)

pytestmark = pytest.mark.unit

SECOND = bytes(BYTES_PER_SECOND)


def send_all(speech: UnansweredSpeech) -> int:
    sent = 0
    while pcm := speech.take_to_send():
        sent += len(pcm)
    return sent


def committed(speech: UnansweredSpeech, *partials: str) -> None:
    speech.push(SECOND)
    send_all(speech)
    for partial in partials:
        speech.hear_partial(partial)
    speech.end_segment()
    send_all(speech)
    assert speech.is_commit_due
    speech.commit()


def test_while_somebody_speaks_audio_is_sent_in_pieces_worth_a_message() -> None:
    speech = UnansweredSpeech()
    speech.push(bytes(MESSAGE_BYTES - 2))
    assert speech.take_to_send() == b""
    speech.push(bytes(2))
    assert len(speech.take_to_send()) == MESSAGE_BYTES
    assert speech.take_to_send() == b""


def test_at_the_end_the_rest_is_sent_however_short_and_then_the_commit_is_due() -> None:
    speech = UnansweredSpeech()
    speech.push(SECOND + bytes(2))
    assert len(speech.take_to_send()) == LONGEST_MESSAGE_BYTES
    speech.end_segment()
    assert not speech.is_commit_due
    assert send_all(speech) == len(SECOND) + 2 - LONGEST_MESSAGE_BYTES
    assert speech.is_commit_due


def test_what_was_spoken_before_a_session_could_have_it_is_late() -> None:
    speech = UnansweredSpeech()
    speech.push(bytes(MESSAGE_BYTES))
    send_all(speech)
    speech.push(SECOND)
    send_all(speech)
    assert speech.head
    assert speech.head.late_seconds == MESSAGE_BYTES / BYTES_PER_SECOND
    speech.begin_again()
    send_all(speech)
    assert speech.head.late_seconds == 1 + MESSAGE_BYTES / BYTES_PER_SECOND


def test_the_next_segment_waits_for_the_answer_of_the_one_before() -> None:
    speech = UnansweredSpeech()
    committed(speech)
    speech.push(SECOND)
    speech.end_segment()
    assert speech.take_to_send() == b""
    assert speech.hear_final("one") == Answer("one")
    assert send_all(speech) == len(SECOND)


def test_a_new_session_is_sent_everything_that_is_unanswered() -> None:
    speech = UnansweredSpeech()
    committed(speech)
    speech.begin_again()
    assert send_all(speech) == len(SECOND)
    assert speech.is_commit_due


def test_a_final_without_a_commit_is_an_echo() -> None:
    speech = UnansweredSpeech()
    assert speech.hear_final("nobody spoke") is None
    speech.push(SECOND)
    send_all(speech)
    assert speech.hear_final("nobody has finished") is None


def test_partials_in_silence_and_those_of_the_segment_before_are_stale() -> None:
    speech = UnansweredSpeech()
    assert speech.hear_partial("out of nothing") is None
    committed(speech, "good morning all")
    speech.hear_final("Good morning, all of you.")
    assert speech.hear_partial("good morning all") is None
    speech.push(SECOND)
    assert speech.hear_partial("not sent yet") is None
    send_all(speech)
    assert speech.hear_partial("good morning all") is None
    assert speech.hear_partial("Good morning all of you") is None
    assert speech.hear_partial(" ") is None
    assert speech.hear_partial("who looks") == "who looks"


def test_a_late_second_final_is_told_from_the_answer_by_what_the_partials_show() -> None:
    speech = UnansweredSpeech()
    committed(speech, "good morning")
    speech.hear_final("Good morning.")
    committed(speech, "who looks aft")
    assert speech.hear_final("Good morning.") is None
    assert speech.hear_final("Who looks after them?") == Answer("Who looks after them?")


def test_the_same_words_said_again_are_an_answer() -> None:
    speech = UnansweredSpeech()
    for partial in ("can you he", "can you", ""):
        committed(speech, partial)
        assert speech.hear_final("Can you hear me?") == Answer("Can you hear me?")


def test_nothing_heard_is_believed_the_second_time() -> None:
    speech = UnansweredSpeech()
    assert speech.hear_nothing() is None
    committed(speech)
    assert speech.hear_nothing() is None
    speech.begin_again()
    send_all(speech)
    assert speech.hear_nothing() is None  # not committed: it says nothing about the whole
    speech.commit()
    assert speech.hear_nothing() == Answer("")
    assert speech.head is None


def test_a_very_long_segment_goes_in_parts_with_one_final() -> None:
    speech = UnansweredSpeech()
    for _ in range(100):
        speech.push(SECOND)
    speech.end_segment()
    assert send_all(speech) == 80 * len(SECOND)
    speech.commit()
    assert speech.hear_final("the first part") == Answer(None)
    assert speech.seconds == 20
    send_all(speech)
    assert speech.hear_partial("and the") == "the first part and the"
    speech.commit()
    assert speech.hear_final("and the second") == Answer("the first part and the second")


def test_errors_that_nobody_knows_lead_to_a_new_session() -> None:
    assert isinstance(error_of_message("brand_new_error"), SessionLostError)
    assert isinstance(error_of_status(500), SessionLostError)


def test_after_too_much_there_is_a_pause() -> None:
    busy, other = error_of_message("rate_limited"), error_of_message("transcriber_error")
    assert isinstance(busy, SessionLostError)
    assert isinstance(other, SessionLostError)
    assert busy.pause_seconds > other.pause_seconds == 0
