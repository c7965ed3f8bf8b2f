"""The names of a call's people, on their way to the recognizers."""

import logging
from collections.abc import Sequence

import pytest

from agent.stt.names import MOST_PEOPLE, MOST_WORDS, ExpectsNames, Names
from agent.stt.pocketsphinx import PocketSphinxSTT
from agent.stt.recognizer import RecognizerPool
from tests.agent.scripted_stt import ScriptedSTT
from tests.agent.stt.chains import chain_of

pytestmark = pytest.mark.unit


class NamedSTT(ScriptedSTT):
    """A recognizer that notes which names it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Sequence[str]] = []

    async def expect_names(self, words: Sequence[str]) -> None:
        self.told.append(words)


def everybody(_: str) -> bool:
    return True


def test_a_name_is_its_words_each_once_as_it_is_spelt() -> None:
    names = Names()
    assert names.meet("1", "Ana Müller-Lüdenscheidt 2")
    names.meet("2", "Dr. O'Neil (ana)")
    names.meet("3", "ANA")
    assert not names.meet("3", "ANA")
    assert names.words_of(everybody) == ("Ana", "Müller-Lüdenscheidt", "Dr", "O'Neil")


def test_what_is_no_name_and_what_is_too_much_is_left_out() -> None:
    names = Names()
    names.meet("1", "42")
    names.meet("2", "x" * 21)
    assert names.words_of(everybody) == ()
    names.meet("3", " ".join(f"name{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(100)))
    assert len(names.words_of(everybody)) == MOST_WORDS


def test_whose_name_does_not_count_any_more_leaves_no_word() -> None:
    names = Names()
    names.meet("ana", "Ana Keller")
    names.meet("ben", "Ben Keller")
    assert names.words_of({"ben"}.__contains__) == ("Ben", "Keller")
    assert names.meet("ben", "Benedict")
    assert names.words_of({"ben"}.__contains__) == ("Benedict",)


def test_of_very_many_people_those_who_came_first_count() -> None:
    names = Names()
    for number in range(MOST_PEOPLE + 1):
        names.meet(str(number), "Ana" if number < MOST_PEOPLE else "Zoe")
    assert names.words_of(everybody) == ("Ana",)


async def test_a_chain_tells_every_provider_that_can_be_told() -> None:
    first, third = NamedSTT(), NamedSTT()
    async with chain_of(first, ScriptedSTT(), third) as chain:
        assert isinstance(chain, ExpectsNames)
        await chain.expect_names(("Ana",))
    assert [first.told, third.told] == [[("Ana",)], [("Ana",)]]


async def test_the_local_recognizer_learns_how_a_name_is_said_and_logs_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected: dict[str, Sequence[str]] = {}

    class Pool(RecognizerPool):
        def expect(self, words: object) -> None:
            assert isinstance(words, dict)
            expected.update(words)

    with caplog.at_level(logging.DEBUG):
        await PocketSphinxSTT(Pool(1)).expect_names(("Ana", "Salesforce", "Zxqvwk"))
    assert expected["Ana"][0].split()[1] == "N"
    assert not {"Ana", "Zxqvwk"} & set(caplog.text.split())
