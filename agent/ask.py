"""Answers what a host asks about the call, from everything that was heard in it.

One question of a host is answered at a time; a few more may wait. With a model the answer is
streamed as it is written, once it rests on words that stand in the transcript; without one the
lines that the search finds are the answer.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from agent.answer_request import (
    LEAK_WATCH,
    AskedAnswer,
    answer_request,
    quote_of,
    read_partial,
)
from agent.answers import CUT_OFF_TEXT, Answers
from agent.asked_lines import is_summary, lines_to_read, lines_to_show
from agent.models.request import ModelError, Models
from agent.read_aloud import ReadAloud, Say
from agent.refusals import ConflictError
from records import Store, StoreUnavailableError
from transcript_buffer import Segment
from wire.answers import ERASED_TEXT, Answer

logger = logging.getLogger("sidenote.ask")

WAITING_QUESTIONS: Final = 3
"""Of one host, beside the one that is being answered; with more, the newest is refused."""
READ_TOKENS: Final = 6_000
"""Of the transcript, that a model reads for one question."""

NOTHING_FOUND: Final = "Nothing that was heard in this call answers that."
_STORE_AWAY: Final = "The transcript cannot be read at the moment; ask again."
_LINES_FOUND: Final = "No model answers; these lines may."
_SUMMED_UP: Final = "No model sums up; these lines have most of what was spoken of."
_BY_SEARCH: Final = "search"


@dataclass(slots=True, eq=False)
class _Question:
    """A question on its way to its answer."""

    answer: Answer
    aloud: bool
    read: list[Segment] = field(default_factory=list)
    """What the answer may rest on."""
    erased: bool = False
    """Somebody whose words were read has them erased: nothing of the answer may stay."""
    task: asyncio.Task[None] | None = None


class Asker:
    """Takes the hosts' questions and has them answered."""

    def __init__(
        self,
        *,
        store: Store,
        room_sid: str,
        answers: Answers,
        models: Models | None,
        gaps: Callable[[], Awaitable[str]],
        say: Say | None,
        zone: tzinfo,
    ) -> None:
        """Wait for questions.

        Args:
            store: where the transcript is.
            room_sid: of the meeting.
            answers: of the meeting.
            models: None: the search answers alone.
            gaps: returns in words what the transcript lacks.
            say: reads text aloud to everyone; None: nothing can.
            zone: of the times in the transcript that a model reads.
        """
        self._store = store
        self._room_sid = room_sid
        self._answers = answers
        self._models = models
        self._gaps = gaps
        self._say = say
        self._zone = zone
        self._waiting: dict[str, deque[_Question]] = {}
        self._answering: dict[str, _Question] = {}
        self._news = asyncio.Event()

    def ask(self, host_identity: str, question: str, aloud: bool) -> str:
        """Have a question answered; return the id of the answer that follows.

        Raises:
            ConflictError: too many questions of this host wait.
        """
        waiting = self._waiting.setdefault(host_identity, deque())
        if len(waiting) >= WAITING_QUESTIONS:
            raise ConflictError("earlier questions wait for their answers; ask again in a moment")
        answer = self._answers.begin(host_identity, question)
        waiting.append(_Question(answer, aloud))
        self._news.set()
        return answer.id

    async def say_again(self, host_identity: str) -> None:
        """Read the last answer to a host aloud, to everyone."""
        last = self._answers.find_last(host_identity)
        if last and self._say:
            async with ReadAloud(self._say) as aloud:
                aloud.write(last.text)
            # Not if it was erased meanwhile: this would tell it again.
            if aloud.spoken and self._answers.find_last(host_identity) is last:
                self._answers.write(last, spoken=True)

    async def run(self) -> None:
        """Answer until cancelled; what is being answered or waits then is closed as it stands."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    await self._news.wait()
                    self._news.clear()
                    for host, waiting in self._waiting.items():
                        if waiting and host not in self._answering:
                            question = self._answering[host] = waiting.popleft()
                            question.task = tasks.create_task(self._serve(question), name="answer")
        finally:
            for waiting in self._waiting.values():
                for question in waiting:
                    self._write(question, text=CUT_OFF_TEXT, complete=True)

    async def erase_speaker(self, identity: str) -> None:
        """Forget a participant's questions, and break off answers that read the words."""
        self._waiting.pop(identity, None)
        broken: list[asyncio.Task[None]] = []
        for host, question in self._answering.items():
            read = any(line.speaker == identity for line in question.read)
            if question.task and (read or host == identity):
                question.erased = True
                question.task.cancel()
                broken.append(question.task)
        if broken:
            await asyncio.wait(broken)

    async def _serve(self, question: _Question) -> None:
        try:
            await self._answer(question)
        finally:
            if question.erased:
                self._write(
                    question, text=ERASED_TEXT, quotes=[], read_identities=(), complete=True
                )
            elif not question.answer.complete:
                self._write(question, text=question.answer.text or CUT_OFF_TEXT, complete=True)
            del self._answering[question.answer.host_identity]
            self._news.set()

    async def _answer(self, question: _Question) -> None:
        asked = question.answer.question
        try:
            lines = question.read = await self._store.list_segments(self._room_sid)
            gaps = await self._gaps()
        except StoreUnavailableError:
            self._write(question, text=_STORE_AWAY, complete=True)
            return
        self._write(question, gaps=gaps)
        if lines and self._models:
            question.read = await asyncio.to_thread(lines_to_read, lines, asked, READ_TOKENS)
            try:
                await self._by_model(question, self._models, gaps)
            except ModelError as error:
                logger.warning("a question is answered by search", extra={"reason": str(error)})
            else:
                return
        shown = await asyncio.to_thread(lines_to_show, lines, asked)
        text = _SUMMED_UP if is_summary(asked) else _LINES_FOUND
        async with self._aloud(question) as aloud:
            self._write(
                question,
                text=text if shown else NOTHING_FOUND,
                quotes=[quote_of(line, line.text) for line in shown],
                read_identities=(),
                answered_by=_BY_SEARCH,
                complete=True,
            )
            aloud.write(" ".join([question.answer.text, *(f"{s.name}: {s.text}." for s in shown)]))
        self._note_spoken(question, aloud)

    async def _by_model(self, question: _Question, models: Models, gaps: str) -> None:
        lines = question.read
        request = answer_request(question.answer.question, lines, gaps, self._zone)
        # From the first word on it may echo anybody whose words were read.
        readers = tuple(sorted({line.speaker for line in lines}))
        async with self._aloud(question) as aloud, aclosing(models.stream(request)) as readings:
            async for reading in readings:
                text, quotes = read_partial(reading.partial, lines)
                done = isinstance(reading.complete, AskedAnswer)
                if LEAK_WATCH.repeats(text):
                    raise ModelError("the answer repeats what the model was told")
                if not done and LEAK_WATCH.may_begin(text):
                    continue
                if done and not text:
                    text = NOTHING_FOUND
                if done or text != question.answer.text:
                    self._write(
                        question,
                        text=text,
                        quotes=quotes,
                        read_identities=readers,
                        answered_by=reading.model,
                        complete=done,
                    )
                    aloud.write(text)
        self._note_spoken(question, aloud)

    def _aloud(self, question: _Question) -> ReadAloud:
        return ReadAloud(self._say if question.aloud else None)

    def _note_spoken(self, question: _Question, aloud: ReadAloud) -> None:
        if aloud.spoken:
            self._write(question, spoken=True)

    def _write(self, question: _Question, **fields: object) -> None:
        question.answer = self._answers.write(question.answer, **fields)
