import pytest

from agent.commands.wake_word import Called, WakeWord
from agent.stt.vocabulary import load_vocabulary

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def sidenote() -> WakeWord:
    return WakeWord.learn("Sidenote", load_vocabulary())


@pytest.mark.parametrize(
    "text",
    [
        "Sidenote, remind me to call.",
        "side note remind me to call",
        "Hey Sidenote: remind me to call",
        "okay, side-note remind me to call",
        "SIDENOTE - remind me to call!",
    ],
)
def test_the_wake_word_is_heard_as_it_is_spelt_in_one_word_or_two(
    sidenote: WakeWord, text: str
) -> None:
    assert sidenote.hear(text) == Called("remind me to call", by_sound=False)


@pytest.mark.parametrize("text", ["signed note remind me to call", "cite note remind me to call"])
def test_what_sounds_like_it_counts_and_is_marked(sidenote: WakeWord, text: str) -> None:
    assert sidenote.hear(text) == Called("remind me to call", by_sound=True)


@pytest.mark.parametrize(
    "text",
    [
        "I told Sidenote to remind me",
        "remind me to call, Sidenote",
        "so i don't know what to say",
        "i would like to sign now",
        "the price is on the second side",
        "",
    ],
)
def test_a_sentence_that_does_not_begin_with_it_is_for_people(
    sidenote: WakeWord, text: str
) -> None:
    assert sidenote.hear(text) is None


def test_another_wake_word_takes_its_place_and_the_recognizer_is_told_it() -> None:
    jarvis = WakeWord.learn("Hello Jarvis", load_vocabulary())

    assert jarvis.hear("hello jarvis, pause") == Called("pause", by_sound=False)
    assert jarvis.hear("sidenote pause") is None
    assert set(jarvis.expected) == {"Hello", "Jarvis"}
    assert WakeWord.learn("Sidenote", load_vocabulary()).expected == {"Sidenote": ["S AY D N OW T"]}
