"""What a playbook hears in a text, and when its rules fire."""

import random
from typing import Any

import pytest

from playbook.rules import Match, Playbook, PlaybookWatch, Rule, phrase_stems
from transcript_buffer import Segment

pytestmark = pytest.mark.unit


def rule(rule_id: str, *phrases: str, **changes: Any) -> Rule:
    return Rule(id=rule_id, phrases=phrases, say=f"say {rule_id}", **changes)


def playbook(*rules: Rule) -> Playbook:
    return Playbook("test", rules)


def heard(phrase: str, text: str) -> list[str]:
    return [match.quote for match in playbook(rule("r", phrase)).matches(text)]


def fired(matches: list[Match]) -> list[str]:
    return [match.rule.id for match in matches]


def said(text: str, segment_id: str = "s1", *, role: str = "guest", final: bool = False) -> Segment:
    fields: dict[str, Any] = {"role": role}
    return Segment(
        id=segment_id,
        speaker="ana",
        name="Ana",
        text=text,
        start_seconds=0,
        end_seconds=1,
        final=final,
        **fields,
    )


@pytest.mark.parametrize("word", ["price", "prices", "Pricing", "PRICED", "price's", "price’s"])
def test_simple_inflections_of_a_word_are_heard(word: str) -> None:
    assert heard("price", f"About the {word}, then.") == [word]


@pytest.mark.parametrize("phrase", ["price", "Prices", "pricing"])
def test_the_phrase_itself_may_be_inflected(phrase: str) -> None:
    assert heard(phrase, "what is the price") == ["price"]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("price", "enterprise"),
        ("price", "priceless"),
        ("art", "start the party"),
        ("new", "the news is out"),
        ("university", "the universe"),
        ("too expensive", "too very expensive"),
        ("price", ""),
        ("price", "...!?"),
        ("price list", "price"),
        ("price list", "list price"),
    ],
)
def test_other_words_are_not_heard(phrase: str, text: str) -> None:
    assert heard(phrase, text) == []


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("follow up", "a Follow-Up, please", "Follow-Up"),
        ("follow-up", "we follow up soon", "follow up"),
        ("don't need", "we DON’T need it", "DON’T need"),
        ("price list", "the price -- er, list: here", None),
        ("price list", "the price,\n list!", "price,\n list"),
        ("café", "the CAFÉ is", "CAFÉ"),
        ("café", "the cafe\u0301 is", "cafe\u0301"),
        ("на рынке", "сегодня На Рынке тихо", "На Рынке"),
        ("24 7", "support 24/7?", "24/7"),
    ],
)
def test_the_quote_is_exactly_what_stands_in_the_text(
    phrase: str, text: str, quote: str | None
) -> None:
    assert heard(phrase, text) == ([] if quote is None else [quote])
    assert quote is None or quote in text


def test_a_match_tells_rule_phrase_quote_and_position() -> None:
    pricing = rule("pricing", "how much", "price list")
    [match] = playbook(pricing).matches("Well - show me your price-lists.")
    assert match == Match(rule=pricing, phrase="price list", quote="price-lists", position=4)


def test_every_place_is_found_in_the_order_of_the_text() -> None:
    book = playbook(rule("price", "price"), rule("time", "time"))
    assert fired(book.matches("time, price, and time")) == ["time", "price", "time"]


def test_a_phrase_within_a_longer_one_is_left_out() -> None:
    book = playbook(rule("yes", "interested"), rule("no", "not interested"))
    assert fired(book.matches("I am interested")) == ["yes"]
    assert fired(book.matches("I am not interested")) == ["no"]
    assert fired(book.matches("not interested, no. well, interested")) == ["no", "yes"]


def test_the_longest_of_phrases_with_one_beginning_is_taken() -> None:
    book = playbook(rule("a", "price"), rule("b", "price list"), rule("c", "price list for all"))
    assert fired(book.matches("the price list for us")) == ["b"]


def test_phrases_that_overlap_without_containing_each_other_are_both_found() -> None:
    book = playbook(rule("a", "send the contract"), rule("b", "contract today"))
    assert fired(book.matches("send the contract today")) == ["a", "b"]


def test_a_longer_phrase_of_the_other_role_hides_nothing() -> None:
    book = playbook(rule("guest", "price"), rule("host", "our price", heard_from="host"))
    assert fired(book.matches("our price", "guest")) == ["guest"]
    assert fired(book.matches("our price", "host")) == ["host"]


def test_a_rule_listens_only_to_its_role() -> None:
    book = playbook(
        rule("g", "alpha"),
        rule("h", "beta", heard_from="host"),
        rule("a", "gamma", heard_from="anyone"),
    )
    text = "alpha beta gamma"
    assert fired(book.matches(text, "guest")) == ["g", "a"]
    assert fired(book.matches(text, "host")) == ["h", "a"]
    assert fired(book.matches(text)) == ["g", "h", "a"]


def test_inflections_of_one_phrase_in_one_rule_match_once() -> None:
    assert len(playbook(rule("r", "price", "prices")).matches("the prices")) == 1


def test_a_playbook_built_with_a_wordless_phrase_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'r'.*'\?!'"):
        playbook(rule("r", "?!"))


def test_a_word_of_absurd_length_is_compared_as_it_is() -> None:
    assert heard("x" * 50 + "s", "x" * 50) == []
    assert heard("x" * 50, "X" * 50) == ["X" * 50]


@pytest.mark.parametrize("seed", range(10))
def test_matches_agree_with_a_plain_search(seed: int) -> None:
    chance = random.Random(seed)
    words = ["price", "prices", "list", "new", "news", "cost", "costing", "follow-up", "don't"]
    phrases = {" ".join(chance.choices(words, k=chance.randint(1, 3))) for _ in range(12)}
    by_stems = {phrase_stems(phrase): phrase for phrase in sorted(phrases)}
    book = playbook(*(rule(f"r{i}", phrase) for i, phrase in enumerate(by_stems.values())))
    for _ in range(50):
        text = " ".join(chance.choices(words, k=chance.randint(0, 12)))
        stems = phrase_stems(text)
        spans = [
            (start, start + len(key))
            for key in by_stems
            for start in range(len(stems))
            if stems[start : start + len(key)] == key
        ]
        expected = [
            (a, b)
            for a, b in sorted(spans)
            if not any((c, d) != (a, b) and c <= a and b <= d for c, d in spans)
        ]
        found = [
            (match.position, match.position + len(phrase_stems(match.quote)))
            for match in book.matches(text)
        ]
        assert found == expected


def test_a_rule_fires_in_the_middle_of_a_sentence_and_not_again_with_the_final() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price")))
    assert watch.hear(said("so what"), 1) == []
    assert fired(watch.hear(said("so what is the price"), 2)) == ["price"]
    assert watch.hear(said("so what is the price of it"), 3) == []
    assert watch.hear(said("So, what is the price of it?", final=True), 4) == []


def test_a_phrase_that_a_revision_takes_away_and_brings_back_fires_once() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price", cooldown_seconds=0)))
    assert fired(watch.hear(said("the price"), 1)) == ["price"]
    assert watch.hear(said("the rice"), 2) == []
    assert watch.hear(said("the price"), 3) == []
    assert watch.hear(said("the price", final=True), 4) == []


def test_a_final_without_interims_fires() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price")))
    assert fired(watch.hear(said("the price", final=True), 1)) == ["price"]


def test_a_rule_rests_for_its_cooldown_and_then_fires_again() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price", cooldown_seconds=60)))
    moments = [(0, "a"), (59.9, "b"), (60, "c"), (61, "d")]
    assert [fired(watch.hear(said("price", name), now)) for now, name in moments] == [
        ["price"],
        [],
        ["price"],
        [],
    ]


def test_without_cooldown_every_segment_fires() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price", cooldown_seconds=0)))
    assert [len(watch.hear(said("price", name), 5)) for name in "abc"] == [1, 1, 1]


def test_what_was_said_while_a_rule_rested_does_not_fire_it_later() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price", cooldown_seconds=10)))
    watch.hear(said("price", "a"), 0)
    assert watch.hear(said("price", "b"), 9) == []
    assert watch.hear(said("price again", "b"), 11) == []
    assert fired(watch.hear(said("price", "c"), 12)) == ["price"]


def test_one_rule_resting_keeps_no_other_from_firing() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price"), rule("time", "time")))
    watch.hear(said("price", "a"), 0)
    assert fired(watch.hear(said("price and time", "b"), 1)) == ["time"]


def test_a_rule_said_twice_in_one_text_fires_once_with_the_first_quote() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price", cooldown_seconds=0)))
    assert [match.quote for match in watch.hear(said("Prices, pricing"), 0)] == ["Prices"]


def test_a_later_word_of_a_segment_fires_another_rule() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price"), rule("time", "time")))
    assert fired(watch.hear(said("the price"), 0)) == ["price"]
    assert fired(watch.hear(said("the price and time", final=True), 1)) == ["time"]


def test_the_role_of_the_speaker_decides() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price")))
    assert watch.hear(said("price", "a", role="host"), 0) == []
    assert fired(watch.hear(said("price", "b", role="guest"), 0)) == ["price"]


def test_what_comes_after_a_final_is_ignored() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price")))
    watch.hear(said("the rice", final=True), 0)
    assert watch.hear(said("the price"), 1) == []
    assert watch.hear(said("the price", final=True), 1) == []


def test_two_calls_do_not_share_a_cooldown() -> None:
    book = playbook(rule("price", "price"))
    assert PlaybookWatch(book).hear(said("price"), 0)
    assert PlaybookWatch(book).hear(said("price"), 0)


def test_only_the_last_segments_are_remembered_and_an_open_one_stays() -> None:
    watch = PlaybookWatch(playbook(rule("price", "price", cooldown_seconds=0)), remember_segments=3)
    watch.hear(said("price", "open"), 0)
    for index in range(50):
        watch.hear(said("nothing", f"s{index}", final=True), index)
        assert watch.hear(said("price", "open"), index) == []
    assert watch.remembered == 3


def test_a_watch_must_remember_something() -> None:
    with pytest.raises(ValueError, match="remember_segments"):
        PlaybookWatch(playbook(rule("price", "price")), remember_segments=0)
