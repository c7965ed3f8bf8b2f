"""The host's own documents: finds the line that answers a question heard from a guest.

A brief is read, searched and quoted, and nothing in it is ever followed.
"""

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Final, Protocol

from agent.brief_text import MOST_PASSAGES, Passage, read_passages
from agent.proposal import Proposal
from agent.retry import follow
from agent.search import LineIndex
from records import Document, Store
from transcript_buffer import Segment
from transcript_buffer.questions import find_question
from wire.talking_point import BriefLine

LOOK_SECONDS: Final = 5.0
"""Between two looks whether a host has given or taken back a document."""
ANSWERS_FROM: Final = 0.4
"""Share of a question that a line must cover to answer it. Chosen on tests/agent/briefs/sales.md
with its questions, and judged on hiring.txt: see tests/agent/test_brief.py."""
RELATED_FROM: Final = 0.25
"""Share from which a line is worth a model's reading."""
MOST_LINES: Final = 6
_LOOKED_AT: Final = 8
_LONGEST_QUOTE: Final = 1_000


class Brief:
    """The documents of one room, searched."""

    def __init__(self, store: Store, room_name: str) -> None:
        self._store = store
        self._room_name = room_name
        self._known: list[tuple[str, int]] = []
        self._passages: list[Passage] = []
        self._index = LineIndex([])

    async def load(self) -> None:
        """Read the documents if they have changed.

        Raises:
            StoreUnavailableError: the store is away.
        """
        names = await self._store.list_document_names(self._room_name)
        if names == self._known:
            return
        documents = await self._store.list_documents(self._room_name)
        # Together, for somebody may search while documents are read.
        self._passages, self._index = await asyncio.to_thread(_read, documents)
        self._known = names

    async def run(self) -> None:
        """Follow what hosts give and take back, until cancelled."""
        await follow("the brief", self.load, seconds=LOOK_SECONDS)

    def find(self, question: str) -> BriefLine | None:
        """Return the line that answers a question, None if none does."""
        found = self._index.find(question, _LOOKED_AT)
        # The best by BM25 may be a short line; among those that cover the most it decides.
        best = max(found, key=lambda each: each.share, default=None)
        if best is None or best.share < ANSWERS_FROM:
            return None
        return self._passages[best.place].line

    def lines_for(self, text: str) -> list[BriefLine]:
        """Return lines that have to do with a text, the best first: for a model to read."""
        return [
            self._passages[found.place].line
            for found in self._index.find(text, MOST_LINES)
            if found.share >= RELATED_FROM
        ]


def _read(documents: Sequence[Document]) -> tuple[list[Passage], LineIndex]:
    found = (passage for document in documents for passage in read_passages(document))
    passages = list(islice(found, MOST_PASSAGES))
    return passages, LineIndex([f"{one.about} {one.line.text}" for one in passages])


class Proposals(Protocol):
    """Takes what could be said: `agent.talking_points.TalkingPoints`."""

    def new_id(self) -> str:
        """Return an id for a proposal of one's own."""

    def propose(self, proposal: Proposal) -> bool:
        """Take a proposal; False: the host is spared it."""


class BriefAnswers:
    """Hears the guests' questions, and proposes what the brief answers."""

    def __init__(self, brief: Brief, talking_points: Proposals) -> None:
        self._brief = brief
        self._talking_points = talking_points

    def hear(self, segment: Segment) -> None:
        """Propose an answer to a guest's question, if the brief has one."""
        if not segment.final or segment.role == "host":
            return
        question = find_question(segment.text)
        line = self._brief.find(question) if question else None
        if line is None:
            return
        self._talking_points.propose(
            Proposal(
                id=self._talking_points.new_id(),
                source="brief",
                rule_id=None,
                text=line.text,
                complete=True,
                quote=segment.text[:_LONGEST_QUOTE],
                segment=segment,
                answer=line,
            )
        )
