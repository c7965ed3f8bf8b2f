"""Writes the minutes of one meeting: what several models find, or what the rules find.

Every stretch of the meeting is read by every model, all models at once; what they found is
checked, and what they agree on stays. A stretch that no model has read is left to the rules. Then
one model sums up what has stayed.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from agent.minutes.checking import Checker
from agent.minutes.consensus import agree, merge
from agent.minutes.material import Material
from agent.minutes.panel import ask
from agent.minutes.request import (
    FoundStatements,
    SummedUp,
    finding_request,
    summing_up_request,
)
from agent.minutes.rules import Rules
from agent.minutes.statement import Draft, Statement
from agent.minutes.summary import (
    SUMMARY_WORDS,
    Summary,
    read_summary,
    sum_up_by_rules,
    title_by_rules,
    withdrawn_by_model,
)
from agent.minutes.template import ACTION_ITEMS, DECISIONS, INSIGHTS, KEY_POINTS, Template
from agent.minutes.windows import split_lines
from agent.minutes.withdrawals import withdrawn_by_rules
from agent.models.request import ModelError, Models
from transcript_buffer import Segment

logger = logging.getLogger("sidenote.minutes")

_MOST_MISSED: Final = 2
"""Stretches in a row that a model does not answer; then it is asked no more."""
_MOST_SUMMED_UP: Final = 200
"""Statements that a model sums up; of more, points and insights give way."""

Window = tuple[str, ...]
"""The ids of a stretch's segments."""


@dataclass(slots=True)
class ReadBefore:
    """What models have found in stretches that are read again: during a call most are."""

    found: dict[tuple[str, Template, Window], tuple[FoundStatements, str]] = field(
        default_factory=dict
    )
    """By who was asked for what, and what was read, with the name of the model that answered."""

    def keep_only(self, windows: Collection[Window]) -> None:
        """Forget the stretches that have changed since."""
        self.found = {key: found for key, found in self.found.items() if key[-1] in windows}

    def forget(self) -> None:
        """Forget everything: somebody's words are erased."""
        self.found.clear()


@dataclass(slots=True)
class _Read:
    """What was found in the stretches of a meeting."""

    by_model: dict[str, dict[int, list[Statement]]] = field(default_factory=dict)
    """By model the stretches that it has answered, by number."""
    missed: set[str] = field(default_factory=set)
    """Models that did not answer for every stretch."""
    written_by: dict[str, None] = field(default_factory=dict)
    """Names of those who have answered, in that order."""
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterLimits:
    """How much is read at once, and how long that may take."""

    window_tokens: int
    timeout_seconds: float


class MinutesWriter:
    """Writes drafts; what models say of it is checked against the lines."""

    def __init__(
        self,
        models: Mapping[str, Models],
        limits: WriterLimits,
        read_before: ReadBefore | None = None,
    ) -> None:
        """Write with these models.

        Args:
            models: by name, best first; none: the rules write alone.
            limits: of each request.
            read_before: what they have found earlier in the same meeting; None: nothing.
        """
        self._models = models
        self._limits = limits
        self._read_before = read_before if read_before is not None else ReadBefore()

    async def write(self, material: Material, template: Template) -> Draft:
        """Return a draft. When models fail, it says so, and the rules do their part."""
        windows = split_lines(material.lines, self._limits.window_tokens)
        self._read_before.keep_only({_key(lines) for lines in windows})
        rules = await asyncio.to_thread(_rules_of, material, template)
        by_rules = await asyncio.to_thread(rules.find)
        read = await self._read(material, template, windows)
        statements = await asyncio.to_thread(_settle, read, windows, by_rules, material.lines)
        summary, statements = await self._sum_up(material, template, rules, statements, read)
        return Draft(
            statements=statements,
            title=summary.title or title_by_rules(rules, template),
            summary=summary.sentences,
            conclusion=summary.conclusion,
            written_by=list(read.written_by),
            did_not_answer=[name for name in self._models if name in read.missed],
            dropped=+read.dropped,
        )

    async def _read(
        self, material: Material, template: Template, windows: Sequence[Sequence[Segment]]
    ) -> _Read:
        read = _Read()
        checker = Checker(template=template, people=material.people, zone=material.zone)
        async with asyncio.TaskGroup() as tasks:
            for name in self._models:
                tasks.create_task(
                    self._read_all(name, material, template, windows, checker, read),
                    name=f"minutes by {name}",
                )
        return read

    async def _read_all(
        self,
        name: str,
        material: Material,
        template: Template,
        windows: Sequence[Sequence[Segment]],
        checker: Checker,
        read: _Read,
    ) -> None:
        answered = read.by_model.setdefault(name, {})
        missed = 0
        for number, lines in enumerate(windows):
            try:
                found, model = await self._find(name, material, template, lines)
            except ModelError as error:
                logger.warning(
                    "a model has not read a part of a meeting", extra={"reason": str(error)}
                )
                read.missed.add(name)
                missed += 1
                if missed >= _MOST_MISSED:
                    return
                continue
            missed = 0
            read.written_by[model] = None
            answered[number], dropped = await asyncio.to_thread(
                _check_all, checker, found, lines, model
            )
            read.dropped.update(dropped)

    async def _find(
        self, name: str, material: Material, template: Template, lines: Sequence[Segment]
    ) -> tuple[FoundStatements, str]:
        key = (name, template, _key(lines))
        known = self._read_before.found.get(key)
        if known is None:
            request = finding_request(material, template, lines, self._limits.timeout_seconds)
            known = await ask(self._models[name], request, FoundStatements)
            self._read_before.found[key] = known
        return known

    async def _sum_up(
        self,
        material: Material,
        template: Template,
        rules: Rules,
        statements: list[Statement],
        read: _Read,
    ) -> tuple[Summary, list[Statement]]:
        """Return what stands over the parts, and the statements without those withdrawn."""
        shown = _most_telling(statements)
        request = summing_up_request(
            material,
            template,
            shown,
            most_words=SUMMARY_WORDS,
            timeout_seconds=self._limits.timeout_seconds,
        )
        for name in [name for name in self._models if read.by_model.get(name) and shown]:
            try:
                written, model = await ask(self._models[name], request, SummedUp)
            except ModelError as error:
                logger.warning("a model has not summed up", extra={"reason": str(error)})
                read.missed.add(name)
                continue
            withdrawn = withdrawn_by_model(written, shown)
            summary = read_summary(written, shown, model, read.dropped)
            if summary.sentences:
                read.dropped["withdrawn"] += len(withdrawn)
                return summary, [one for one in statements if one not in withdrawn]
        return await asyncio.to_thread(sum_up_by_rules, rules, statements, template), statements


def _key(lines: Sequence[Segment]) -> Window:
    return tuple(line.id for line in lines)


def _rules_of(material: Material, template: Template) -> Rules:
    return Rules(material.lines, template=template, people=material.people, zone=material.zone)


def _check_all(
    checker: Checker, found: FoundStatements, lines: Sequence[Segment], model: str
) -> tuple[list[Statement], Counter[str]]:
    """Return what holds of what a model found, and what was dropped by reason."""
    dropped: Counter[str] = Counter()
    checked = [checker.check(one, lines, model, dropped) for one in found.statements]
    return [one for one in checked if one], dropped


def _settle(
    read: _Read,
    windows: Sequence[Sequence[Segment]],
    by_rules: Sequence[Statement],
    lines: Sequence[Segment],
) -> list[Statement]:
    """Return what stays of what was found, each once, without what was taken back later."""
    kept: list[Statement] = []
    for number, window in enumerate(windows):
        ids = {line.id for line in window}
        of_rules = [one for one in by_rules if one.segment_ids <= ids]
        by_model = {name: found[number] for name, found in read.by_model.items() if number in found}
        kept += agree(by_model, of_rules, read.dropped) if by_model else of_rules
    merged = merge(kept)
    withdrawn = withdrawn_by_rules(merged, lines)
    read.dropped["withdrawn"] += len(withdrawn)
    return [one for one in merged if one not in withdrawn]


def _most_telling(statements: Sequence[Statement]) -> list[Statement]:
    """Return so many statements as a model sums up; what has consequences first."""
    if len(statements) <= _MOST_SUMMED_UP:
        return list(statements)
    ranks = {DECISIONS: 0, ACTION_ITEMS: 0, KEY_POINTS: 2, INSIGHTS: 3}
    ranked = sorted(
        range(len(statements)),
        key=lambda place: (
            ranks.get(statements[place].part, 1),
            -len(statements[place].found_by),
            # Among equals from everywhere: a fixed shuffle of the places.
            (place * 7919) % len(statements),
        ),
    )
    return [statements[place] for place in sorted(ranked[:_MOST_SUMMED_UP])]
