"""What the recognizer's dictionary and language model say of words."""

import pytest

from agent.stt.vocabulary import LEAST_LOG_PROBABILITY, Vocabulary, load_vocabulary

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("Salesforce", ["S EY L Z F AO R S"]),
        ("live", ["L AY V", "L IH V"]),
        ("a", ["AH"]),
        ("don’t", ["D OW N T", "D OW N"]),
        ("'bout", ["B AW T"]),
        ("zywicki", ["Z IH W IH K IY"]),
        ("hubspot", []),
        ("sales force", []),
        ("live(2)", []),
        ("", []),
        ("größe", []),
    ],
)
def test_a_word_is_said_as_the_dictionary_has_it(
    vocabulary: Vocabulary, word: str, ways: list[str]
) -> None:
    assert [" ".join(phones) for phones in vocabulary.phones(word)] == ways


def test_a_word_is_judged_by_those_before_it(vocabulary: Vocabulary) -> None:
    after = vocabulary.log_probability(["we", "are", "going", "to"])
    alone = vocabulary.log_probability(["to"])
    assert after > alone > vocabulary.log_probability(["going", "floors"])


def test_a_word_that_the_model_lacks_is_as_improbable_as_any_can_be(
    vocabulary: Vocabulary,
) -> None:
    assert vocabulary.log_probability(["hubspot"]) == LEAST_LOG_PROBABILITY
