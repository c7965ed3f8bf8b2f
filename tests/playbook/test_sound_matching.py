"""What a recognizer made of names it does not know, found by sound; and no more than that."""

import pytest

from agent.playbook_sounds import learn_sounds
from agent.stt.vocabulary import load_vocabulary
from benchmarks.sound_matching import Score, read_heard, scores
from playbook.rules import Playbook, PlaybookWatch, Rule
from transcript_buffer import Segment

pytestmark = pytest.mark.unit


def playbook(*phrases: str) -> Playbook:
    rule = Rule(id="r", phrases=phrases, say="Say it.", heard_from="anyone")
    return learn_sounds(Playbook("test", (rule,)), load_vocabulary())[0]


def heard(phrase: str, text: str) -> list[str]:
    return [match.quote for match in playbook(phrase).matches(text)]


@pytest.fixture(scope="module")
def measured() -> dict[str, Score]:
    return scores(*read_heard())


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("Salesforce", "we are using shields floors at the moment", "shields floors"),
        ("Salesforce", "We look at Sales Force, before we called you.", "Sales Force"),
        ("HubSpot", "we paid too much for hump spot", "hump spot"),
        ("SnowFlake", "connect it to snow flake for us", "snow flake"),
        ("use HubSpot", "they use hump spot every day", "use hump spot"),
    ],
)
def test_words_that_sound_like_a_name_are_found_and_quoted_as_heard(
    phrase: str, text: str, quote: str
) -> None:
    [match] = playbook(phrase).matches(text)
    assert (match.quote, match.phrase, match.by_sound) == (quote, phrase, True)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Salesforce", "it sells for much less in the other shop"),
        ("Salesforce", "our sales are higher than last year"),
        ("Workday", "we work by the day"),
        ("Gong", "we are going to lunch"),
        ("Zendesk", "put it on the desk"),
        ("Docker", "the doctor will see you now"),
        ("Free trial", "he is a free child"),
        ("prices", "nobody won the prizes"),
    ],
)
def test_what_people_say_anyway_is_no_name(phrase: str, text: str) -> None:
    assert heard(phrase, text) == []


def test_a_name_spelt_right_is_found_once_and_not_by_sound() -> None:
    [match] = playbook("Salesforce").matches("is it Salesforce or not")
    assert (match.quote, match.by_sound) == ("Salesforce", False)


def test_exact_phrases_and_sounds_come_in_the_order_of_the_text() -> None:
    matches = playbook("HubSpot", "price").matches("hump spot has a price, and hump spot is slow")
    assert [match.phrase for match in matches] == ["HubSpot", "price", "HubSpot"]
    assert [match.position for match in matches] == [0, 4, 6]


def test_a_word_without_a_known_sound_parts_what_was_heard() -> None:
    assert heard("HubSpot", "hump zzyzx spot") == []


def test_only_those_are_heard_whom_the_rule_listens_to() -> None:
    rule = Rule(id="r", phrases=("HubSpot",), say="Say it.", heard_from="guest")
    book, _ = learn_sounds(Playbook("test", (rule,)), load_vocabulary())
    assert book.matches("we use hump spot", "host") == []
    assert len(book.matches("we use hump spot", "guest")) == 1


def test_sounds_fire_with_the_final_and_not_with_interims() -> None:
    watch = PlaybookWatch(playbook("HubSpot"))
    fields = {"id": "1", "speaker": "ana", "name": "Ana", "role": "guest"}
    times = {"start_seconds": 0, "end_seconds": 1, "text": "we use hump spot"}
    interim = Segment(**fields, **times, final=False)  # type: ignore[arg-type]
    final = Segment(**fields, **times, final=True)  # type: ignore[arg-type]
    assert watch.hear(interim, 1) == []
    assert [match.quote for match in watch.hear(final, 2)] == ["hump spot"]


def test_the_recognizer_is_told_the_names_and_nothing_else() -> None:
    rule = Rule(id="r", phrases=("Salesforce", "use HubSpot", "free trial"), say="Say it.")
    _, words = learn_sounds(Playbook("test", (rule,)), load_vocabulary())
    assert words == {"Salesforce": ["S EY L Z F AO R S"], "HubSpot": ["HH AH B S P AA T"]}


def test_ordinary_sentences_hold_no_name(measured: dict[str, Score]) -> None:
    for part in ("ordinary sentences, heard", "ordinary sentences, as written"):
        assert measured[part].sentences == 200
        assert len(measured[part].wrong) <= 1


def test_most_names_are_found_in_what_the_recognizer_really_heard(
    measured: dict[str, Score],
) -> None:
    assert measured["names, recognizer as it comes"].share >= 0.42
    assert measured["names, recognizer told"].share >= 0.75
    assert measured["held-out names, recognizer told"].share >= 0.8
