"""How well likeness tells the same from the different, on labelled pairs of advice.

The figures stand in the tests, at `agent.manners.SAME`. The first two lists were written with the
word families of `agent.meaning` at hand; the unseen pairs afterwards, without a change to those,
and show what to expect of free paraphrases. It errs towards telling: what is missed is said twice
in other words; what is taken for a repetition the host never reads.
"""

import itertools
from pathlib import Path

import pytest

from agent.manners import SAME, SAME_RULES
from agent.meaning import Commonness, gist_of
from playbook.file import load_playbook

pytestmark = pytest.mark.unit

SAME_PAIRS = [
    ("Ask what budget they have set aside.", "Find out how much money they have budgeted."),
    ("Ask who signs the contract.", "Find out whose signature the agreement needs."),
    (
        "Mention the annual plan, which costs 20 % less.",
        "The yearly plan is 20 % less: mention it.",
    ),
    ("Offer a pilot with five people.", "Suggest a trial for a team of five."),
    ("Ask when they want to start.", "Find out when they would like to begin."),
    ("Explain that data stays in Europe.", "Tell them the data stays in Europe."),
    ("Ask which competitors they look at.", "Find out what other vendors they are looking at."),
    ("Send the security questionnaire today.", "Offer to mail the security questionnaire now."),
    ("Ask about the decision process.", "Find out how they decide: ask about their process."),
    ("Offer two references from banks.", "Give them two testimonials of banks."),
    ("Ask what losing one deal costs them.", "Ask for the cost of one lost deal."),
    ("Book the next meeting before you hang up.", "Set the next appointment before you hang up."),
    ("Do not lower the price.", "Never go lower with the price."),
    ("Repeat his worry about the rollout.", "Repeat the concern about the launch."),
    ("Ask how many people will use it.", "How many staff would use it? Ask."),
    ("Say that onboarding takes two weeks.", "Onboarding takes two weeks: tell her."),
    ("Ask which salary she expects.", "Find out her expected compensation."),
    ("Ask for an example of a conflict.", "Let him give an example of a conflict."),
    ("Show the integration with the calendar.", "Demonstrate how the calendar integration works."),
    ("Thank her and name the next step.", "Name the next step and thank her."),
    ("Ask what happens if nothing changes.", "Find out the consequences of doing nothing."),
    ("Ask why they left their last provider.", "What made them leave the previous supplier?"),
]
DIFFERENT_PAIRS = [
    ("Ask what budget they have set aside.", "Ask who signs the contract."),
    ("Ask when they want to start.", "Ask how many people will use it."),
    ("Offer a pilot with five people.", "Offer two references from banks."),
    ("Mention the annual plan, which costs 20 % less.", "Do not lower the price."),
    ("Explain that data stays in Europe.", "Send the security questionnaire today."),
    ("Ask which competitors they look at.", "Do not run the competitor down."),
    ("Ask who decides about the budget.", "Say what it costs per month."),
    ("Book the next meeting before you hang up.", "Ask who should be at the demo."),
    ("Ask what losing one deal costs them.", "Say that thirty per person covers everything."),
    ("Ask about the decision process.", "Ask about the hiring process."),
    ("Say that onboarding takes two weeks.", "Ask who did the onboarding last time."),
    ("Ask which salary she expects.", "Say that the salary is reviewed each spring."),
    ("Ask for an example of a conflict.", "Ask for an example of a success."),
    ("Show the integration with the calendar.", "Say that the calendar export is free."),
    ("Ask what happens if nothing changes.", "Ask what they changed last year."),
    ("Repeat his worry about the rollout.", "Offer a rollout in three steps."),
    ("Ask how many offices they have.", "Ask how many calls they record."),
    ("Offer a discount for two years.", "Offer a discount for a reference."),
    ("Thank her and name the next step.", "Ask what her next step would be without you."),
    ("Ask why they left their last provider.", "Ask which provider hosts their data."),
    ("Say that support answers within an hour.", "Ask what support they have today."),
    ("Tell them about encryption at rest.", "Tell them about the audit log."),
    ("Ask if legal must review the contract.", "Offer to shorten the contract to one year."),
    ("Ask for the name of their security lead.", "Ask what security means for them."),
]

UNSEEN_SAME_PAIRS = [
    ("Ask which feature they would miss most.", "Find out the feature whose loss would hurt."),
    ("Offer to involve your engineer.", "Suggest that your engineer joins."),
    ("Say that cancelling is possible every month.", "They can cancel monthly: tell them."),
    ("Ask how they measure success.", "Find out which numbers mean success to them."),
    ("Summarize the three open questions.", "Sum up the three questions that are open."),
    ("Ask about their current tool.", "Find out which tool they currently use."),
    ("Slow down and let her finish.", "Let her finish, and do not rush."),
    ("Confirm the date of the kickoff.", "Get them to confirm when the kickoff takes place."),
    ("Ask what went wrong with the migration.", "Dig into why the migration failed."),
    ("Point out that training is included.", "Training is included in the plan, so say that."),
]
UNSEEN_DIFFERENT_PAIRS = [
    ("Ask which feature they would miss most.", "Say that the feature ships in March."),
    ("Offer to involve your engineer.", "Ask how many engineers they have."),
    ("Say that cancelling is possible every month.", "Ask what they paid last month."),
    ("Ask how they measure success.", "Tell the success story of the hospital."),
    ("Summarize the three open questions.", "Ask which question worries him most."),
    ("Ask about their current tool.", "Say that your tool runs in the browser."),
    ("Slow down and let her finish.", "Ask when she wants to finish the project."),
    ("Confirm the date of the kickoff.", "Confirm the list of participants."),
    ("Ask what went wrong with the migration.", "Offer to do the migration for free."),
    ("Point out that training is included.", "Ask who needs training."),
]


def likeness(one: str, other: str) -> float:
    """Likeness as in a call in which everything above was told."""
    commonness = Commonness()
    for text in itertools.chain.from_iterable(SAME_PAIRS + DIFFERENT_PAIRS):
        commonness.count(gist_of(text))
    return commonness.likeness(gist_of(one), gist_of(other))


@pytest.mark.parametrize(
    ("pairs", "right", "told_apart"),
    [
        pytest.param(SAME_PAIRS, 19, False, id="the same"),
        pytest.param(DIFFERENT_PAIRS, 23, True, id="different"),
        pytest.param(UNSEEN_SAME_PAIRS, 5, False, id="the same, unseen"),
        pytest.param(UNSEEN_DIFFERENT_PAIRS, 10, True, id="different, unseen"),
    ],
)
def test_so_many_pairs_are_judged_rightly(
    pairs: list[tuple[str, str]], right: int, told_apart: bool
) -> None:
    judged = [(likeness(*pair) < SAME) is told_apart for pair in pairs]
    assert sum(judged) == right


@pytest.mark.parametrize(
    "path", sorted(Path("playbooks").glob("*.yaml")), ids=lambda path: path.stem
)
def test_no_two_rules_of_a_playbook_are_taken_for_the_same(path: Path) -> None:
    gists = [gist_of(rule.say) for rule in load_playbook(path).rules]
    commonness = Commonness()
    for gist in gists:
        commonness.count(gist)
    for one, other in itertools.combinations(gists, 2):
        assert commonness.likeness(one, other) < SAME_RULES


def test_a_text_is_like_itself_and_like_nothing_without_a_shared_word() -> None:
    assert likeness("Ask for the budget.", "ask for the BUDGETS!") == pytest.approx(1.0)
    assert likeness("Ask for the budget.", "Offer a demo.") == 0.0
    assert likeness("Ask them.", "Ask them.") == 0.0  # it says nothing of its own


def test_one_word_in_common_is_no_more_than_a_topic() -> None:
    assert likeness("Ask for the budget.", "Ask who decides about the budget.") == 0.0
    assert likeness("Ask for the budget.", "What is their budget?") == pytest.approx(1.0)


def test_a_rare_stem_tells_more_than_one_that_many_texts_have() -> None:
    commonness = Commonness()
    for number in range(20):
        commonness.count(gist_of(f"deal matter{number}"))
    rare = commonness.likeness(gist_of("deal escrow notary"), gist_of("escrow notary bank"))
    common = commonness.likeness(gist_of("deal escrow notary"), gist_of("deal escrow bank"))
    assert rare > common + 0.1


def test_what_a_host_says_covers_a_talking_point_whatever_else_is_said() -> None:
    commonness = Commonness()
    point = gist_of("Ask what budget they have set aside for this year.")
    said = gist_of("Well, thanks, so tell me, is there a budget that you set aside this year?")
    assert commonness.share_said(point, said) == pytest.approx(1.0)
    assert commonness.share_said(point, gist_of("We have offices in twelve towns.")) == 0.0
    assert commonness.share_said(frozenset(), said) == 0.0
