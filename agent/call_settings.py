"""What the hosts have set for a call: kept in the store, told to every host."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from records import Store
from records.call_states import KeptCallState
from wire.controls import CallState

Described = Callable[[], tuple[str, str]]
"""Returns the name of what serves now, and else why nothing does; both may be empty."""


def nothing_set_up() -> tuple[str, str]:
    """Describe a part that the settings do without."""
    return "", ""


class CallSettings:
    """The settings of one call.

    A stop (pause, mute) counts at once, and everything else as soon as it is in the store. A
    change raises `StoreUnavailableError` when the store is away; then only a stop has counted.
    Requests and voice commands may change things at the same time: no change undoes another.
    """

    def __init__(self, store: Store, room_sid: str, *, playbook: str, goal: str = "") -> None:
        """Begin with nothing set.

        Args:
            store: where the settings are kept.
            room_sid: of the meeting.
            playbook: name of the playbook of a call whose hosts have chosen none.
            goal: of a call whose hosts have said no other.
        """
        self._store = store
        self._room_sid = room_sid
        self._now = KeptCallState(playbook=playbook, goal=goal)
        self._writing = asyncio.Lock()
        self.on_change: Final[list[Callable[[], None]]] = []
        """Called after every change, also of what only the state tells."""
        self.describe_model: Described = nothing_set_up
        self.describe_voice: Described = nothing_set_up
        self.playbooks: tuple[str, ...] = ()
        """Names that a host may choose from."""

    async def load(self) -> None:
        """Take up what was set before this agent came."""
        self._now = await self._store.find_call_state(self._room_sid) or self._now

    @property
    def paused(self) -> bool:
        """Whether no advice is given."""
        return self._now.paused

    @property
    def muted(self) -> bool:
        """Whether nothing is said aloud."""
        return self._now.muted

    @property
    def playbook(self) -> str:
        """Name of the file of the playbook, without its ending."""
        return self._now.playbook

    @property
    def goal(self) -> str:
        """What the host wants of this call; empty: nobody said."""
        return self._now.goal

    @property
    def instruction(self) -> str:
        """How a host wants to be advised; empty: nobody said."""
        return self._now.instruction

    def state(self) -> CallState:
        """Return what hosts are told."""
        model, quiet_because = self.describe_model()
        voice, missing_because = self.describe_voice()
        return CallState(
            paused=self.paused,
            muted=self.muted,
            playbook=self.playbook,
            playbooks=list(self.playbooks),
            goal=self.goal,
            instruction=self.instruction,
            model=model[:120],
            model_quiet_because=quiet_because[:300],
            voice=voice[:120],
            voice_missing_because=missing_because[:300],
        )

    def changed(self) -> None:
        """Tell everybody concerned: another model or voice serves, or none."""
        for tell in self.on_change:
            tell()

    async def set_paused(self, paused: bool) -> None:
        """Give no advice, or give it again."""
        await self._set(stops=paused, paused=paused)

    async def set_muted(self, muted: bool) -> None:
        """Say nothing aloud, or be free to again."""
        await self._set(stops=muted, muted=muted)

    async def set_playbook(self, name: str) -> None:
        """Note which playbook serves."""
        await self._set(playbook=name)

    async def set_prompt(self, *, goal: str | None, instruction: str | None) -> None:
        """Note what the host wants; None: as before."""
        wishes: dict[str, Any] = {"goal": goal, "instruction": instruction}
        await self._set(**{name: wish for name, wish in wishes.items() if wish is not None})

    async def _set(self, *, stops: bool = False, **changes: Any) -> None:
        if stops:
            self._take(changes)
        async with self._writing:
            await self._store.put_call_state(self._room_sid, replace(self._now, **changes))
            self._take(changes)  # beside a stop that has counted meanwhile

    def _take(self, changes: Mapping[str, Any]) -> None:
        wanted = replace(self._now, **changes)
        if wanted != self._now:
            self._now = wanted
            self.changed()
