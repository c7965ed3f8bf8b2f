"""Finds statements by rules, without a model: what people say outright, in their own words."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

from agent.meaning import gist_of
from agent.minutes import cues
from agent.minutes.people import find_participant
from agent.minutes.sentences import Centrality, Said, choose_central, sentences_of
from agent.minutes.statement import Participant, Quoted, Statement, in_order, in_time
from agent.minutes.template import (
    ACTION_ITEMS,
    DECISIONS,
    INSIGHTS,
    KEY_POINTS,
    OPEN_QUESTIONS,
    Template,
)
from agent.spoken_date import find_date
from transcript_buffer import Segment
from transcript_buffer.questions import is_question

_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST_QUOTE: Final = 500
_LINES_PER_KEY_POINT: Final = 12
_MOST_KEY_POINTS: Final = 20
_FEWEST_KEY_POINTS: Final = 3
_MOST_INSIGHTS: Final = 3
_MOST_OF_SECTION: Final = 12
_REPLY_LINES: Final = 4
"""So many lines behind a question may hold its answer."""
_FEWEST_TELLING: Final = 2
"""Telling words of a question that is worth writing down."""
_FEWEST_REPLY_WORDS: Final = 3


class Rules:
    """Reads the lines of one meeting."""

    def __init__(
        self,
        lines: Sequence[Segment],
        *,
        template: Template,
        people: Sequence[Participant],
        zone: tzinfo,
    ) -> None:
        """Cut the lines into sentences.

        Args:
            lines: finals, in the order of time.
            template: its cues are known too.
            people: the participants; everybody who speaks is one of them.
            zone: of spoken dates.
        """
        self._lines = lines
        self._template = template
        self._people = people
        self._by_identity = {person.identity: person for person in people}
        self._zone = zone
        self.said = sentences_of(lines)
        self.centrality = Centrality(self.said)

    def find(self) -> list[Statement]:
        """Return what the rules find, in the order of time."""
        outright = self._outright()
        told = {statement.evidence[0].words for statement in outright}
        rest = [
            one
            for one in self.said
            if one.text[:_LONGEST_QUOTE] not in told
            and not is_question(one.text)
            and not cues.GREETS.match(one.text)
        ]
        points = choose_central(rest, self.centrality, self._key_points_wanted())
        others = [one for one in rest if one not in points]
        return in_order(
            [
                *self._limited(outright),
                *(self._statement(KEY_POINTS, one) for one in points),
                *self._insights(others),
            ]
        )

    def _outright(self) -> list[Statement]:
        found = [
            statement
            for one in self.said
            for statement in (
                *self._decisions(one),
                *self._action_items(one),
                *self._questions(one),
                *self._of_sections(one),
            )
        ]
        # "Sure, I will do that" belongs to what was asked, and is no item of its own.
        taken_on = {
            statement.evidence[-1].segment.id
            for statement in found
            if statement.part == ACTION_ITEMS and len(statement.evidence) > 1
        }
        return [
            statement
            for statement in found
            if statement.part != ACTION_ITEMS
            or len(statement.evidence) > 1
            or statement.evidence[0].segment.id not in taken_on
        ]

    def _decisions(self, one: Said) -> Iterator[Statement]:
        cued = cues.has_cue(one.stems, self._template.cues.get(DECISIONS, ()))
        if cues.is_decision(one.text) or (cued and not is_question(one.text)):
            yield self._statement(DECISIONS, one)

    def _action_items(self, one: Said) -> Iterator[Statement]:
        speaker = self._by_identity[one.segment.speaker]
        if assigned := cues.find_assigned(one.text, self._people):
            name, _ = assigned
            yield self._statement(
                ACTION_ITEMS, one, owner=find_participant(name, self._people, one.segment)
            )
        elif cues.find_request(one.text):
            yield from self._requested(one)
        elif cues.find_promise(one.text):
            yield self._statement(ACTION_ITEMS, one, owner=speaker)
        elif cues.find_listed(one.text) or cues.has_cue(
            one.stems, self._template.cues.get(ACTION_ITEMS, ())
        ):
            yield self._statement(ACTION_ITEMS, one, owner=self._named(one))

    def _requested(self, one: Said) -> Iterator[Statement]:
        """Yield what somebody was asked to do, if they were named or took it on."""
        named = self._named(one)
        reply = next(
            (line for line in self._behind(one) if line.speaker != one.segment.speaker), None
        )
        accepted = reply is not None and cues.ACCEPTS.match(reply.text) is not None
        by_named = named is None or (reply is not None and reply.speaker == named.identity)
        if accepted and by_named and reply:
            owner = self._by_identity[reply.speaker]
            yield self._statement(ACTION_ITEMS, one, owner=owner, also=[reply])
        elif named:
            yield self._statement(ACTION_ITEMS, one, owner=named)

    def _questions(self, one: Said) -> Iterator[Statement]:
        cued = cues.has_cue(one.stems, self._template.cues.get(OPEN_QUESTIONS, ()))
        if cued or (cues.OPEN.search(one.text) and len(one.gist) >= _FEWEST_TELLING):
            yield self._statement(OPEN_QUESTIONS, one)
            return
        if not is_question(one.text) or not one.gist or cues.find_request(one.text):
            return
        replies = [line for line in self._behind(one) if line.speaker != one.segment.speaker]
        unknown = next((line for line in replies[:1] if cues.NOT_KNOWN.search(line.text)), None)
        if unknown:
            yield self._statement(OPEN_QUESTIONS, one, also=[unknown])
        elif len(one.gist) >= _FEWEST_TELLING and not any(
            len(line.text.split()) >= _FEWEST_REPLY_WORDS or cues.ACCEPTS.match(line.text)
            for line in replies
        ):
            yield self._statement(OPEN_QUESTIONS, one)

    def _of_sections(self, one: Said) -> Iterator[Statement]:
        for section in self._template.sections:
            if cues.has_cue(one.stems, section.cues):
                yield self._statement(section.id, one)

    def _insights(self, rest: Sequence[Said]) -> Iterator[Statement]:
        for person in self._people:
            own = [one for one in rest if one.segment.speaker == person.identity]
            for one in choose_central(own, self.centrality, _MOST_INSIGHTS):
                yield self._statement(INSIGHTS, one)

    def _statement(
        self,
        part: str,
        one: Said,
        *,
        owner: Participant | None = None,
        also: Sequence[Segment] = (),
    ) -> Statement:
        quotes = [Quoted(segment=one.segment, words=one.text[:_LONGEST_QUOTE])]
        quotes += [Quoted(segment=line, words=line.text[:_LONGEST_QUOTE]) for line in also]
        evidence = in_time(quotes)
        due = None
        if part == ACTION_ITEMS:
            dates = (
                find_date(
                    quoted.words, datetime.fromtimestamp(quoted.segment.start_seconds, self._zone)
                )
                for quoted in reversed(evidence)
            )
            due = next(filter(None, dates), None)
        return Statement(part=part, text=one.text, evidence=evidence, owner=owner, due=due)

    def _named(self, one: Said) -> Participant | None:
        """Return the one participant, other than the speaker, whose name a sentence has."""
        words = set(_WORD.findall(one.text.lower()))
        others = [p for p in self._people if p.name != one.segment.name]
        named = [p for p in others if words & set(p.name.lower().split())]
        return find_participant(named[0].name, self._people) if len(named) == 1 else None

    def _behind(self, one: Said) -> Sequence[Segment]:
        return self._lines[one.place + 1 : one.place + 1 + _REPLY_LINES]

    def _key_points_wanted(self) -> int:
        wanted = len(self._lines) // _LINES_PER_KEY_POINT
        return max(_FEWEST_KEY_POINTS, min(wanted, _MOST_KEY_POINTS))

    def _limited(self, outright: Sequence[Statement]) -> Iterator[Statement]:
        """Keep of each section of a template what has most of the meeting."""
        sections = {section.id for section in self._template.sections}
        for section in sections:
            found = [one for one in outright if one.part == section]
            found.sort(key=lambda one: -len(gist_of(one.text)))
            yield from found[:_MOST_OF_SECTION]
        yield from (one for one in outright if one.part not in sections)
