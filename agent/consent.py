"""Who may be listened to: everybody's own answer, and a host's "off the record"."""

from collections.abc import Callable, Collection

from agent.ears import Clock
from records import Store
from wire.consent import ConsentAnswer, ConsentPolicy, ConsentState


class Consent:
    """The consent of one call.

    What stops the listening counts at once, and what allows it as soon as it is in the store. A
    change raises `StoreUnavailableError` when the store is away; then only a stop has counted.
    Changes must come one after the other.
    """

    def __init__(
        self,
        *,
        store: Store,
        room_name: str,
        room_sid: str,
        policy: ConsentPolicy,
        on_change: Callable[[], None],
        now: Clock,
    ) -> None:
        self._store = store
        self._room_name = room_name
        self._room_sid = room_sid
        self._on_change = on_change
        self._now = now
        self._state = ConsentState(policy=policy)
        self._kept: dict[str, ConsentAnswer] = {}
        """The answers that are in the store."""

    async def load(self) -> None:
        """Take up the answers that were given before this agent came."""
        periods = await self._store.list_off_the_record(self._room_sid)
        open_since = [start for start, end in periods if end is None]
        self._kept = await self._store.list_consents(self._room_name)
        self._state = ConsentState(
            policy=self._state.policy,
            off_the_record_since_ms=open_since[-1] if open_since else None,
            answers=dict(self._kept),
        )

    def allows(self, identity: str) -> bool:
        """Tell whether a participant may be listened to now."""
        return self._state.allows(identity)

    def state_of(self, identities: Collection[str]) -> ConsentState:
        """Return what everyone in the room may see: the answers of those who are there.

        A room that is used for months has many answers, and attributes hold 64 kB.
        """
        answers = {
            identity: answer
            for identity, answer in sorted(self._state.answers.items())
            if identity in identities
        }
        return self._state.model_copy(update={"answers": answers})

    async def answer(self, identity: str, answer: ConsentAnswer) -> None:
        """Take a participant's own answer."""
        answers = self._state.answers | {identity: answer}
        if answer == "no":
            self._change(answers=answers)
        if self._kept.get(identity) != answer:
            await self._store.put_consent(self._room_name, identity, answer, now_ms=self._now_ms())
            self._kept[identity] = answer
        self._change(answers=answers)

    async def set_off_the_record(self, *, off: bool) -> None:
        """Stop or resume everybody's transcription."""
        since = self._state.off_the_record_since_ms
        if since is None:
            if not off:
                return
            since = self._now_ms()
            self._change(off_the_record_since_ms=since)
        await self._store.begin_off_the_record(self._room_sid, now_ms=since)
        if not off:
            await self._store.end_off_the_record(self._room_sid, now_ms=self._now_ms())
            self._change(off_the_record_since_ms=None)

    def _change(self, **changes: object) -> None:
        state = self._state.model_copy(update=changes)
        if state != self._state:
            self._state = state
            self._on_change()

    def _now_ms(self) -> int:
        return round(self._now() * 1000)
