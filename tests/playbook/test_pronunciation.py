"""How words are said: listed, in the dictionary, by their parts, by espeak-ng."""

import logging
from typing import ClassVar

import pytest

from playbook.phones import PHONES, Phones
from playbook.pronunciation import from_espeak, phones_of, pronounce

pytestmark = pytest.mark.unit


class SmallDictionary:
    """Four words."""

    WORDS: ClassVar[dict[str, tuple[Phones, ...]]] = {
        "hub": (("HH", "AH", "B"),),
        "spot": (("S", "P", "AA", "T"),),
        "live": (("L", "AY", "V"), ("L", "IH", "V")),
        "gong": (("G", "AO", "NG"),),
    }

    def phones(self, word: str) -> tuple[Phones, ...]:
        return self.WORDS.get(word, ())


def pronounced(word: str, **listed: str) -> list[str]:
    ways = {name: (phones_of(text),) for name, text in listed.items()}
    found = pronounce([word], ways, SmallDictionary())
    return [" ".join(phones) for phones in found.get(word.lower(), ())]


@pytest.fixture
def _no_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def test_the_dictionary_gives_every_way_to_say_a_word() -> None:
    assert pronounced("Live") == ["L AY V", "L IH V"]


def test_the_playbook_overrules_the_dictionary() -> None:
    assert pronounced("Gong", gong="G OW NG") == ["G OW NG"]


def test_a_name_of_known_parts_is_said_part_by_part() -> None:
    assert pronounced("HubSpot") == ["HH AH B S P AA T"]


@pytest.mark.usefixtures("_no_espeak")
def test_a_word_nobody_knows_is_left_out_and_named_with_the_remedy(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert pronounced("Zapier") == []
    assert "Zapier" in caplog.text
    assert "pronunciations:" in caplog.text
    assert "espeak-ng" in caplog.text


def test_espeak_says_what_nobody_else_knows() -> None:
    found = pronounce(["Kubernetes", "Zapier"], {}, SmallDictionary())
    assert found["kubernetes"] == (phones_of("K Y UW B ER N IY T S"),)
    assert found["zapier"] == (phones_of("Z EY P IY ER"),)


@pytest.mark.parametrize(
    ("printed", "phones"),
    [
        ("k_j_'u:_b_3_n_,i:_t_s", "K Y UW B ER N IY T S"),
        ("p_'eI_dZ_3 d_'u:_t#_i", "P EY JH ER D UW T IY"),
        ("m_'I_k_s_p_a_n_@L", "M IH K S P AE N AH L"),
        ("z_'eI_p_i_;_3", "Z EY P IY ER"),
        ("a_?_??", ""),
    ],
)
def test_what_espeak_prints_becomes_the_dictionarys_phones(printed: str, phones: str) -> None:
    assert from_espeak(printed) == tuple(phones.split())
    assert set(from_espeak(printed)) <= PHONES


@pytest.mark.parametrize(("text", "reason"), [("", "no phone"), ("G AW1 NG", "'AW1'")])
def test_what_is_no_pronunciation_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        phones_of(text)
