from collections import Counter

import pytest

from agent.minutes.request import SummedUp, WrittenSentence
from agent.minutes.statement import Quoted, Statement
from agent.minutes.summary import read_summary
from tests.agent.minutes.talk import lines_of

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
