import pytest

from agent.minutes.personal import find_word, personal_minutes, words_of
from records import Profile
from tests.records.test_minutes import make_minutes
from wire.minutes import ActionItem, Evidence, MinutesLine, SpeakerInsight

pytestmark = pytest.mark.unit

ANA = Profile(id="PR_1", name="Ana Berg", keywords=("price list",), projects=("Apollo",))


def line(text: str, segment_id: str = "SG_other", quote: str = "quite so") -> MinutesLine:
    return MinutesLine(text=text, evidence=[Evidence(segment_id=segment_id, quote=quote)])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Ana should see this", "Ana"),
        ("we sent the price lists", "price list"),
        ("what about apollo", "Apollo"),
        ("the list of prices", ""),
        ("banana split", ""),
    ],
)
def test_a_word_of_a_profile_is_found_in_simple_inflections(text: str, word: str) -> None:
    assert find_word(text, words_of(ANA)) == word


def test_what_concerns_somebody_is_what_they_said_and_what_has_their_words() -> None:
    mine, named, quoted, other = (
        line("I said it", "SG_mine"),
        line("Ana asked"),
        line("It was named", quote="the Apollo launch"),
        line("Nothing"),
    )
    minutes = make_minutes(
        key_points=[mine, named, quoted, other],
        decisions=[other],
        speakers=[SpeakerInsight(identity="x", name="Ben", lines=[other])],
    )
    own = personal_minutes(minutes, ANA, {"SG_mine"}.__contains__)
    assert own.key_points == [mine, named, quoted]
    assert (own.decisions, own.speakers) == ([], [])
    assert (own.profile_id, own.summary) == ("PR_1", minutes.summary)


def test_tasks_are_those_that_somebody_owns_whoever_spoke_of_them() -> None:
    def item(owner: str, segment_id: str = "SG_other") -> ActionItem:
        plain = line("Send it", segment_id)
        return ActionItem(text=plain.text, evidence=plain.evidence, owner_name=owner)

    tasks = [item("Ana Berg"), item("Ben", "SG_mine"), item("", "SG_mine"), item("Ben")]
    minutes = make_minutes(action_items=tasks)
    own = personal_minutes(minutes, ANA, {"SG_mine"}.__contains__)
    assert own.action_items == [tasks[0], tasks[2]]
