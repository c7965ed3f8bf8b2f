"""Asks the model at the end of another person's turn and hands on what it can prove.

One request is in flight at a time; while it is, only the newest turn waits. The advisor never
holds up a transcript or the playbook: it runs beside them and gives up in time.
"""

import asyncio
import logging
import re
from typing import Final

from livekit.agents.utils import shortuuid

from agent.ears import Clock
from agent.llm import AdviceModel, Draft, ModelError
from agent.publisher import Advice, Publisher
from transcript_buffer import Segment, TranscriptBuffer

logger = logging.getLogger("sidenote.advisor")

_MOST_TEXT: Final = 1000
"""Characters of advice; nobody reads more during a call."""


class Advisor:
    """Turns the window into talking points with the help of a model."""

    def __init__(
        self,
        *,
        model: AdviceModel,
        transcript: TranscriptBuffer,
        publisher: Publisher,
        timeout_seconds: float,
        now: Clock,
    ) -> None:
        self._model = model
        self._transcript = transcript
        self._publisher = publisher
        self._timeout_seconds = timeout_seconds
        self._now = now
        self._news = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self._answer: _Answer | None = None
        self.unsupported = 0
        """Answers that rested on nothing that was said, and were dropped."""
        self.failures = 0
        """Requests without a usable answer."""

    def hear(self, segment: Segment) -> None:
        """Take note of a final: a turn of anybody but a host asks for advice."""
        if segment.final and segment.text and segment.role != "host":
            self._news.set()

    def erase_speaker(self, identity: str) -> None:
        """Break off an answer for which the model read what a participant said."""
        if self._asking and self._answer and self._answer.forget(identity):
            self._asking.cancel()

    async def run(self) -> None:
        """Answer turns until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._news.wait()
                self._news.clear()
                self._asking = tasks.create_task(self._advise(), name="advice")
                await asyncio.wait({self._asking})
                self._asking = None

    async def _advise(self) -> None:
        # Interims may still change, and a quote must not.
        lines = [segment for segment in self._transcript.window(self._now()) if segment.final]
        if not lines:
            return
        answer = self._answer = _Answer(lines, self._publisher)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                async for draft in self._model.advise(lines):
                    answer.take(draft)
        except ModelError as error:
            self._fail(str(error))
        except TimeoutError:
            self._fail(f"no answer within {self._timeout_seconds:g} s")
        finally:
            answer.break_off()
        if answer.unsupported:
            self.unsupported += 1
            logger.warning("advice that rests on nothing said was dropped")

    def _fail(self, reason: str) -> None:
        self.failures += 1
        logger.warning("the model gave no advice", extra={"reason": reason})


class _Answer:
    """One answer of the model on its way to the hosts."""

    def __init__(self, lines: list[Segment], publisher: Publisher) -> None:
        self._lines = lines
        self._read_identities = tuple(sorted({line.speaker for line in lines}))
        self._publisher = publisher
        self._id = shortuuid("TP_")
        self._version = 0
        self._sent: Draft | None = None
        self.unsupported = False

    def take(self, draft: Draft) -> None:
        """Send a draft on if there is something to say and it rests on something said."""
        if not draft.say.strip():
            return
        # An unfinished answer may yet come to rest on something: the last one counts.
        self.unsupported = not self._is_supported(draft)
        if not self.unsupported and draft != self._sent:
            self._send(draft)

    def forget(self, identity: str) -> bool:
        """Close nothing that may echo a participant's words; False if the model read none."""
        if identity not in self._read_identities:
            return False
        self._sent = None
        return True

    def break_off(self) -> None:
        """Close a talking point that was begun and not finished, and show that it is cut."""
        if self._sent and not self._sent.complete:
            last = self._sent
            self._send(Draft(line=last.line, quote=last.quote, say=f"{last.say} …", complete=True))

    def _is_supported(self, draft: Draft) -> bool:
        if not 1 <= draft.line <= len(self._lines):
            return False
        words = _plain(draft.quote)
        return bool(words) and f" {words} " in f" {_plain(self._lines[draft.line - 1].text)} "

    def _send(self, draft: Draft) -> None:
        self._version += 1
        self._sent = draft
        segment = self._lines[draft.line - 1]
        self._publisher.publish_advice(
            Advice(
                id=self._id,
                version=self._version,
                source="model",
                rule_id=None,
                text=draft.say[:_MOST_TEXT],
                complete=draft.complete,
                quote=draft.quote[:_MOST_TEXT],
                segment=segment,
                heard_at_seconds=segment.end_seconds,
                read_identities=self._read_identities,
            )
        )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))
