"""Takes the documents of a brief apart into passages that can answer a question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from records import Document
from wire.talking_point import BriefLine

LONGEST_PASSAGE: Final = 600
"""Characters of an answer; more cannot be read during a call."""
MOST_PASSAGES: Final = 5_000
"""Of one brief; what stands behind is not searched."""

# Whoever wrote a document may want to stop the call: no pattern may try a line in many ways.
_HEADING: Final = re.compile(r"^#{1,6}\s+(?P<text>\S.*)$")
_QUESTION: Final = re.compile(
    r"^(?:\*\*|__)?\s*(?:Q(?:uestion)?\s*[:.)]\s*)?(?P<text>\S.*\?)\s*(?:\*\*|__)?$"
)
_ANSWER: Final = re.compile(r"^(?:\*\*|__)?\s*A(?:nswer)?\s*[:.)]\s*(?:\*\*|__)?\s*", re.IGNORECASE)
_ITEM: Final = re.compile(r"^\s*(?:(?:[-*+•]|\d+[.)])\s+|\|\s*)")
_RULE: Final = re.compile(r"^[\s|:=_*-]*$")
_TABLE_ROW: Final = re.compile(r"^\s*\|.*\|\s*$")
_SENTENCE_ENDS: Final = (".", "!", "?", ":", ";")


@dataclass(frozen=True, slots=True)
class Passage:
    """A few lines that belong together."""

    line: BriefLine
    """Where it begins, and what it says."""
    about: str
    """The heading and the question that it stands under: searched with it."""


def read_passages(document: Document) -> Iterator[Passage]:
    """Yield the passages of a document in its order.

    A paragraph is one passage, also when it is broken into lines; an item of a list and a row of
    a table is one; a heading, and a question in a line of its own, stand over what follows.
    """
    pages = document.text.split("\f") if document.by_page else [document.text]
    for number, page in enumerate(pages, start=1):
        for line, text, about in _passages(page):
            place = number if document.by_page else line
            shown = BriefLine(document=document.name, line=place, text=text[:LONGEST_PASSAGE])
            yield Passage(shown, about)


def _passages(page: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, text, and what it stands under, of each passage of a page."""
    reading = _Reading()
    for number, line in enumerate(page.splitlines(), start=1):
        yield from reading.take(number, line.strip())
    yield from reading.finish()


@dataclass(slots=True)
class _Reading:
    """A page as far as it has been read."""

    heading: str = ""
    columns: str = ""
    question: str = ""
    answered: bool = False
    """Whether the question, which stood in a line of its own, has an answer: it ends there."""
    first: int = 0
    begun: list[str] = field(default_factory=list)

    def take(self, number: int, line: str) -> Iterator[tuple[int, str, str]]:
        """Take the next line, and yield the passage that it ends."""
        title = _HEADING.match(line)
        heading = title["text"].rstrip("#").rstrip() if title else ""
        asked = _QUESTION.match(heading or line)
        if _RULE.match(line):
            if "|" in line and self.begun:
                self.columns = self.begun.pop()[
                    :LONGEST_PASSAGE
                ]  # the line above names a table's columns
            yield from self.finish()
            self._leave_block(blank=not line)
        elif title or (asked and not self._continues(line)):
            yield from self.finish()
            self._stand_under(heading, asked["text"] if asked else "")
        else:
            if not self._continues(line):
                yield from self.finish()
                self.first = number
            self.begun.append(_plain(line))

    def finish(self) -> Iterator[tuple[int, str, str]]:
        """Yield the passage that was begun."""
        if self.begun:
            about = " ".join(filter(None, (self.heading, self.columns, self.question)))
            yield self.first, " ".join(self.begun), about
            self.answered = bool(self.question)
            self.begun.clear()

    def _leave_block(self, *, blank: bool) -> None:
        if blank:
            self.columns = ""
            self.question = "" if self.answered else self.question

    def _stand_under(self, heading: str, question: str) -> None:
        self.columns = ""
        self.answered = False
        # Repeated with every passage below.
        if heading:
            self.heading, self.question = heading[:LONGEST_PASSAGE], ""
        else:
            self.question = question[:LONGEST_PASSAGE]

    def _continues(self, line: str) -> bool:
        """Tell whether a line goes on with the sentence before it: wrapped text."""
        if not self.begun or _ITEM.match(line) or _ANSWER.match(line):
            return False
        return not self.begun[-1].endswith(_SENTENCE_ENDS) and line[:1].islower()


def _plain(line: str) -> str:
    """Return a line without the signs of Markdown."""
    text = _ANSWER.sub("", line)
    if _TABLE_ROW.match(text):
        text = ": ".join(cell.strip() for cell in text.strip().strip("|").split("|", 1))
        text = ", ".join(part.strip() for part in text.split("|"))
    else:
        text = _ITEM.sub("", text)
    return re.sub(r"(\*\*|__|`)", "", text)
