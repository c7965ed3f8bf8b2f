"""Who may be listened to: everybody's own answer, and a host's "off the record"."""

from agent.ears import Clock
from records import Store
from wire.consent import ConsentAnswer, ConsentPolicy, ConsentState


class Consent:
    """The consent of one call. An answer is in the store before it counts.

    Every change raises `StoreUnavailableError` when the store is away; then nothing has changed.
    """

    def __init__(
        self, *, store: Store, room_name: str, room_sid: str, policy: ConsentPolicy, now: Clock
    ) -> None:
        self._store = store
        self._room_name = room_name
        self._room_sid = room_sid
        self._now = now
        self.state = ConsentState(policy=policy)
        """As of now; everyone in the room may see it."""

    async def load(self) -> None:
        """Take up the answers that were given before this agent came."""
        periods = await self._store.list_off_the_record(self._room_sid)
        open_since = [start for start, end in periods if end is None]
        self.state = ConsentState(
            policy=self.state.policy,
            off_the_record_since_ms=open_since[-1] if open_since else None,
            answers=await self._store.list_consents(self._room_name),
        )

    async def answer(self, identity: str, answer: ConsentAnswer) -> None:
        """Take a participant's own answer."""
        await self._store.put_consent(self._room_name, identity, answer, now_ms=self._now_ms())
        answers = self.state.answers | {identity: answer}
        self.state = self.state.model_copy(update={"answers": answers})

    async def set_off_the_record(self, *, off: bool) -> None:
        """Stop or resume everybody's transcription."""
        if off == (self.state.off_the_record_since_ms is not None):
            return
        now_ms = self._now_ms()
        if off:
            await self._store.begin_off_the_record(self._room_sid, now_ms=now_ms)
        else:
            await self._store.end_off_the_record(self._room_sid, now_ms=now_ms)
        since = now_ms if off else None
        self.state = self.state.model_copy(update={"off_the_record_since_ms": since})

    def _now_ms(self) -> int:
        return round(self._now() * 1000)
