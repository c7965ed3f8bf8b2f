"""The title, the summary and the conclusion: by a model from the statements, or by rules."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from agent.meaning import gist_of
from agent.minutes import cues
from agent.minutes.checking import Dropped, says_other_figures
from agent.minutes.request import SUMMING_UP_LEAKS, SummedUp, WrittenSentence
from agent.minutes.rules import Rules
from agent.minutes.sentences import Said, choose_central
from agent.minutes.statement import Quoted, Sentence, Statement, in_time
from agent.minutes.template import ACTION_ITEMS, DECISIONS, Template
from agent.minutes.withdrawals import may_take_back

SUMMARY_WORDS: Final = 300
_WANTED_WORDS: Final = 250
_LONGEST_TITLE: Final = 200
_LONGEST_TEXT: Final = 1000
_LONGEST_QUOTE: Final = 500
_MOST_EVIDENCE: Final = 8
_MOST_SENTENCES: Final = 40
_TITLE_WORDS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What stands over and under the parts of the minutes."""

    title: str
    sentences: Sequence[Sentence]
    conclusion: Sentence | None


def read_summary(
    written: SummedUp, statements: Sequence[Statement], model: str, dropped: Counter[str]
) -> Summary:
    """Return what of a model's summary rests on the statements that it has read.

    Args:
        written: by the model.
        statements: in the order of their numbers.
        model: its name.
        dropped: counts the sentences that rest on nothing, by reason.
    """
    sentences = (_sentence(one, statements, model, dropped) for one in written.summary)
    title = " ".join(written.title.split())
    told = [statement.text for statement in statements]
    names = {quoted.segment.name for one in statements for quoted in one.evidence}
    if reason := _refusal(title, told, names) if title else "":
        dropped[reason] += 1
        title = ""
    conclusion = None
    if written.conclusion.text.strip():
        conclusion = _sentence(written.conclusion, statements, model, dropped)
    return Summary(
        title=title[:_LONGEST_TITLE],
        sentences=_within([one for one in sentences if one], SUMMARY_WORDS),
        conclusion=conclusion,
    )


def withdrawn_by_model(written: SummedUp, statements: Sequence[Statement]) -> list[Statement]:
    """Return the decisions and action items that a later statement takes back, as a model says.

    It is believed only where the later one was said later, and is about the same.
    """
    found = []
    for one in written.withdrawn:
        if not (1 <= one.number <= len(statements) and 1 <= one.by <= len(statements)):
            continue
        statement, by = statements[one.number - 1], statements[one.by - 1]
        if statement.part in (DECISIONS, ACTION_ITEMS) and may_take_back(by, statement):
            found.append(statement)
    return found


def sum_up_by_rules(rules: Rules, statements: Sequence[Statement], template: Template) -> Summary:
    """Return a summary of sentences from the transcript, in their speakers' own words."""
    central = choose_central(rules.said, rules.centrality, _MOST_SENTENCES)
    # What has least of the meeting goes until the rest is short enough to be read.
    by_weight = sorted(central, key=lambda one: -rules.centrality.weigh(one))
    kept: list[Said] = []
    words = 0
    for one in by_weight:
        words += len(one.text.split()) + 1
        if words > _WANTED_WORDS:
            break
        kept.append(one)
    concluding = next(
        (one for one in reversed(rules.said) if cues.CONCLUDES.search(one.text)), None
    )
    if concluding:
        conclusion: Sentence | None = _of_transcript(concluding)
    else:
        conclusion = _last_decision(statements)
    return Summary(
        title=title_by_rules(rules, template),
        sentences=[_of_transcript(one) for one in central if one in kept],
        conclusion=conclusion,
    )


def title_by_rules(rules: Rules, template: Template) -> str:
    """Return the kind of meeting and the words that were spoken most."""
    common = rules.centrality.common_words(rules.said, _TITLE_WORDS)
    return f"{template.title}: {', '.join(common)}" if common else template.title


def _last_decision(statements: Sequence[Statement]) -> Sentence | None:
    decided = [one for one in statements if one.part == DECISIONS]
    if not decided:
        return None
    return Sentence(
        text=decided[-1].text, evidence=decided[-1].evidence, found_by=decided[-1].found_by
    )


def _of_transcript(one: Said) -> Sentence:
    quoted = Quoted(segment=one.segment, words=one.text[:_LONGEST_QUOTE])
    return Sentence(text=f"{one.segment.name}: {one.text}"[:_LONGEST_TEXT], evidence=(quoted,))


def _sentence(
    written: WrittenSentence, statements: Sequence[Statement], model: str, dropped: Counter[str]
) -> Sentence | None:
    text = " ".join(written.text.split())[:_LONGEST_TEXT]
    numbers = dict.fromkeys(written.numbers)
    rests_on = [statements[one - 1] for one in numbers if 1 <= one <= len(statements)]
    evidence = in_time(quoted for one in rests_on for quoted in one.evidence)
    told = [one.text for one in rests_on] + [quoted.segment.text for quoted in evidence]
    reason: Dropped | Literal[""] = ""
    if not text:
        reason = "empty"
    elif not evidence:
        reason = "no_evidence"
    else:
        reason = _refusal(text, told, {quoted.segment.name for quoted in evidence})
    if reason:
        dropped[reason] += 1
        return None
    return Sentence(text=text, evidence=evidence[:_MOST_EVIDENCE], found_by=(model,))


def _refusal(text: str, told: Sequence[str], names: Iterable[str]) -> Dropped | Literal[""]:
    """Return why a model's own words do not rest on what it was told; empty: they do."""
    gist = gist_of(text) - gist_of(" ".join(names))
    if SUMMING_UP_LEAKS.repeats(text):
        return "repeats_instructions"
    if gist and not gist & gist_of(" ".join(told)):
        return "unlike_its_evidence"
    return "figure_not_said" if says_other_figures(text, told) else ""


def _within(sentences: Sequence[Sentence], most_words: int) -> list[Sentence]:
    """Return the first sentences that together have at most so many words."""
    kept: list[Sentence] = []
    words = 0
    for one in sentences[:_MOST_SENTENCES]:
        words += len(one.text.split())
        if words > most_words and kept:
            break
        kept.append(one)
    return kept
