"""What goes to ElevenLabs as key terms, and what is believed of its text."""

import pytest

from agent.stt.elevenlabs_text import (
    fit_keyterms,
    language_code,
    says_the_same,
    undo_repeats,
)

pytestmark = pytest.mark.unit

LINE = "Who looks after the customers today?"


def test_terms_are_cleaned_kept_once_and_in_order() -> None:
    assert fit_keyterms([" Gong ", "Hub  Spot", "gong", "", "HubSpot"]) == [
        "Gong",
        "Hub Spot",
        "HubSpot",
    ]


def test_a_term_of_20_characters_fits_and_a_longer_one_is_left_out_whole() -> None:
    assert fit_keyterms(["a" * 20, "b" * 21, "c"]) == ["a" * 20, "c"]


def test_the_first_50_terms_that_fit_are_taken() -> None:
    terms = ["too long " * 5, *(f"term {number}" for number in range(60))]
    assert fit_keyterms(terms) == [f"term {number}" for number in range(50)]


@pytest.mark.parametrize(
    ("given", "sent"),
    [("ru-RU", "ru"), ("EN_us", "en"), ("deu", "deu"), ("", None), (None, None)],
)
def test_a_language_is_sent_without_its_region(given: str | None, sent: str | None) -> None:
    assert language_code(given) == sent


def test_signs_and_size_of_letters_make_no_difference() -> None:
    assert says_the_same("Well - yes, OK.", "well yes ok")
    assert not says_the_same("Well, yes", "yes, well")


@pytest.mark.parametrize("times", [2, 3, 4])
@pytest.mark.parametrize("seconds", [1.5, 9.0])
def test_copies_of_what_the_partial_showed_are_taken_away(times: int, seconds: float) -> None:
    shown = "who looks after the customers today"
    assert undo_repeats(" ".join([LINE] * times), shown, seconds) == LINE


@pytest.mark.parametrize("times", [2, 3])
def test_copies_that_nobody_could_have_said_in_the_time_are_taken_away(times: int) -> None:
    seconds = 0.5 + times * 6 / 7 - 0.1
    assert undo_repeats(" ".join([LINE] * times), "who looks", seconds) == LINE


def test_a_short_word_is_taken_for_copies_only_when_there_was_no_time_for_it() -> None:
    assert undo_repeats("Yes. Yes. Yes.", "yes", 0.9) == "Yes."
    assert undo_repeats("Yes. Yes. Yes.", "yes", 1.3) == "Yes. Yes. Yes."


@pytest.mark.parametrize(
    ("text", "partial", "seconds"),
    [
        ("no no no", "no no no", 1.2),
        ("No, no, no.", "no", 1.2),
        ("Can you hear me? Can you hear me?", "can you hear me can you", 2.5),
        (LINE, "who looks after the customers today", 2.0),
        (LINE, "", 0.4),
        (f"{LINE} {LINE} Really", "who looks after the customers today", 4.0),
        ("", "", 0.4),
    ],
)
def test_what_was_really_said_stays(text: str, partial: str, seconds: float) -> None:
    assert undo_repeats(text, partial, seconds) == text
