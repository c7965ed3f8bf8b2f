"""The answers of one meeting: what was asked, what is answered, and what becomes of it."""

from typing import Final

from livekit.agents.utils import shortuuid

from agent.ears import Clock
from agent.publisher import Publisher
from records import Store
from wire.answers import ANSWER, Answer

CUT_OFF_TEXT: Final = "The answer was cut off; ask again."
_LONGEST_TEXT: Final = 4000
_LONGEST_QUESTION: Final = 1000
MOST_QUOTES: Final = 8


class Answers:
    """Begins answers, sends every step of them to the hosts, and forgets what must be forgotten."""

    def __init__(self, *, store: Store, room_sid: str, publisher: Publisher, now: Clock) -> None:
        self._store = store
        self._room_sid = room_sid
        self._publisher = publisher
        self._now = now
        self._last: dict[str, Answer] = {}
        """The last complete answer to each host, by identity."""

    async def load(self) -> None:
        """Close the answers that an earlier agent began and could not finish.

        Raises:
            StoreUnavailableError: the store is away.
        """
        for answer in await self._store.list_answers(self._room_sid):
            if not answer.complete:
                text = f"{answer.text} …" if answer.text else CUT_OFF_TEXT
                self.write(answer, text=text, complete=True)

    def begin(self, host_identity: str, question: str) -> Answer:
        """Return a new answer, which says nothing yet; the hosts see that it has begun."""
        answer = Answer(
            id=shortuuid("AN_"),
            version=1,
            sequence=1,  # counts once it is sent
            host_identity=host_identity,
            question=question[:_LONGEST_QUESTION],
            text="",
            complete=False,
            asked_at_ms=round(self._now() * 1000),
        )
        self._publish(answer, answer.rests_on)
        return answer

    def write(self, answer: Answer, **fields: object) -> Answer:
        """Return the next version of an answer, with some fields changed, and send it."""
        written = answer.model_copy(update={**fields, "version": answer.version + 1})
        if len(written.text) > _LONGEST_TEXT:
            written = written.model_copy(update={"text": written.text[: _LONGEST_TEXT - 1] + "…"})
        if written.complete:
            self._last[written.host_identity] = written
        self._publish(written, written.rests_on)
        return written

    def find_last(self, host_identity: str) -> Answer | None:
        """Return the last answer that a host was given in full, None if there is none."""
        return self._last.get(host_identity)

    async def erase_speaker(self, identity: str) -> None:
        """Forget the answers that may echo a participant's words, and tell the hosts so.

        Raises:
            StoreUnavailableError: not all is erased, or traces are left; erase again.
        """
        # What waits to be sent would come behind, and what is under way has a number by then.
        await self._publisher.erase_speaker(identity)
        self._last = {
            host: last for host, last in self._last.items() if identity not in last.rests_on
        }
        for answer in await self._store.list_answers(self._room_sid):
            if identity in answer.rests_on:
                await self._erase(answer, identity)
        await self._store.scrub_answers()

    async def _erase(self, answer: Answer, identity: str) -> None:
        erased = answer.without(identity)
        # At once, and not when its turn has come to be sent: then it is gone.
        await self._store.put_answer(self._room_sid, erased)
        told = erased.model_copy(update={"version": erased.version + 1})
        self._publish(told, rests_on=frozenset())

    def _publish(self, answer: Answer, rests_on: frozenset[str]) -> None:
        self._publisher.publish_numbered(
            ANSWER,
            answer.id,
            make=lambda sequence: answer.model_copy(update={"sequence": sequence}),
            keep=self._keep,
            rests_on=rests_on,
        )

    async def _keep(self, answer: Answer) -> None:
        await self._store.put_answer(self._room_sid, answer)
