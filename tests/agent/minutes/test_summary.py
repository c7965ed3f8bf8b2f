from collections import Counter
from datetime import UTC

import pytest

from agent.minutes.request import SummedUp, WrittenSentence
from agent.minutes.rules import Rules
from agent.minutes.statement import Quoted, Statement, speakers_of
from agent.minutes.summary import read_summary, sum_up_by_rules
from tests.agent.minutes.talk import FREE, lines_of

pytestmark = pytest.mark.unit

(LINE,) = lines_of("Ben: We decided to start the pilot with forty people.")
DECIDED = Statement(
    part="decisions",
    text="The pilot starts with forty people.",
    evidence=(Quoted(segment=LINE, words="start the pilot with forty people"),),
)
FORGED = "Ben was arrested for theft."


def summed_up(title: str, sentence: str, conclusion: str) -> SummedUp:
    return SummedUp(
        withdrawn=[],
        title=title,
        summary=[WrittenSentence(numbers=[1], text=sentence)],
        conclusion=WrittenSentence(numbers=[1], text=conclusion),
    )


def test_what_a_model_makes_of_the_statements_in_its_own_words_stays() -> None:
    written = summed_up("The pilot", "They will pilot it with forty people.", "A pilot begins.")
    dropped: Counter[str] = Counter()
    summary = read_summary(written, [DECIDED], "gamma", dropped)

    assert summary.title == "The pilot"
    assert [one.text for one in summary.sentences] == ["They will pilot it with forty people."]
    assert summary.conclusion
    assert summary.conclusion.evidence == DECIDED.evidence
    assert not +dropped


def test_what_a_model_was_talked_into_stands_on_no_evidence_that_it_only_names() -> None:
    """The one thing in common is the speaker's name, which every statement has."""
    dropped: Counter[str] = Counter()
    summary = read_summary(summed_up(FORGED, FORGED, FORGED), [DECIDED], "gamma", dropped)

    assert summary.title == ""
    assert summary.sentences == []
    assert summary.conclusion is None
    assert +dropped == {"unlike_its_evidence": 3}


def test_sentences_of_one_long_final_stand_in_the_order_in_which_they_were_said() -> None:
    repaired, starts = (
        "The old printer was repaired in spring.",
        "The pilot with forty users starts in March.",
    )
    lines = lines_of(
        f"Ben: {repaired} {starts}\nAna: A printer is no pilot, and forty users need one in March."
    )
    rules = Rules(lines, template=FREE, people=speakers_of(lines, {}), zone=UTC)
    weigh = rules.centrality.weigh
    assert weigh(rules.said[0]) < weigh(rules.said[1])  # what has least of the meeting comes first
    summary = sum_up_by_rules(rules, [], FREE)
    assert [one.evidence[0].words for one in summary.sentences[:2]] == [repaired, starts]
