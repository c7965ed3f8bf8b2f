"""Plays the events of a call: who comes and goes, what breaks, and when it is whole again."""

import asyncio
import time

from lab.call_file import PROVIDER_ACTIONS, SERVER_ACTIONS, Event
from lab.client import Client
from lab.front_desk import PlayError
from lab.machine import ProcessTrees
from lab.network import Network, media_ports
from lab.provider import RunningProvider
from lab.recording import FOREVER, PlayedEvent, Recording
from lab.requests import Requests
from lab.server_events import ServerEvents
from stack.running import RunningStack


class EventPlayer:
    """Lets events happen to participants and to the parts of a stack."""

    def __init__(
        self,
        recording: Recording,
        clients: dict[str, Client],
        stack: RunningStack | None,
        trees: ProcessTrees | None,
        *,
        provider: RunningProvider | None = None,
        requests: Requests | None = None,
    ) -> None:
        """Prepare.

        Args:
            recording: takes note of what happened.
            clients: by the identity of the call file.
            stack: whose parts may be killed; None: somebody else's.
            trees: is told of parts that run as another process.
            provider: the emulated service that hears; None: there is none.
            requests: sends what participants ask for in writing; None: nobody does.
        """
        self._recording = recording
        self._clients = clients
        self._servers = ServerEvents(stack, trees) if stack else None
        self._provider = provider
        self._requests = requests
        self._networks: dict[str, Network] = {}
        self._silent_since: dict[str, float] = {}
        self._absent_since: dict[str, float] = {}

    def check(self) -> None:
        """Make sure before the call that its events can be played.

        Raises:
            PlayError: an event needs a stack of the lab's own, or a provider.
        """
        for event in self._recording.call.events:
            if event.do in SERVER_ACTIONS:
                if self._servers is None:
                    raise PlayError(
                        f"{event.do} cannot be played on a stack that runs already: leave --url "
                        "out, and the lab starts one of its own"
                    )
                self._servers.check(event.do)
            if event.do in PROVIDER_ACTIONS and self._provider is None:
                raise PlayError(
                    f"{event.do} needs an emulated provider: only variants of a suite have one"
                )

    def note_absent(self, who: str) -> None:
        """Somebody is not in the call yet."""
        self._gone(who, 0.0)

    async def play(self, event: Event) -> None:
        """Let an event happen now.

        Raises:
            PlayError: it cannot be played.
        """
        began = time.time()
        if event.do in SERVER_ACTIONS:
            assert self._servers is not None  # noqa: S101 - `check` has seen to it
            began = await self._servers.play(event.do)
        elif event.do in PROVIDER_ACTIONS:
            await self._befall_provider(event)
        else:
            assert event.who is not None  # noqa: S101 - the call file's check has seen to it
            await self._befall(event, event.who)
        played = PlayedEvent(event=event, began_seconds=began, done_seconds=time.time())
        self._recording.events.append(played)
        self._recording.on_event(played)

    async def aclose(self) -> None:
        """Mend what is still broken, and close the times in which somebody was away."""
        for network in self._networks.values():
            await network.aclose()
        for who in list(self._silent_since):
            self._back(who, FOREVER)

    async def _befall(self, event: Event, who: str) -> None:
        client = self._clients[who]
        now = time.time()
        match event.do:
            case "join":
                await client.join()
                self._recording.joined_seconds.setdefault(who, client.first_join_seconds or now)
            case "leave" | "hang_up":
                self._gone(who, now)
                await (client.leave() if event.do == "leave" else client.hang_up())
                return
            case "mute":
                self._silent_since.setdefault(who, now)
                await client.mute()
                return
            case "unmute":
                await client.unmute()
            case "republish":
                self._silent_since.setdefault(who, now)
                await client.republish()
            case "network":
                await self._spoil(event, who)
                return
            case "request":
                await self._ask(event, who)
                return
            case _:
                self._gone(who, now)
                await (client.reload() if event.do == "reload" else client.reconnect())
        self._back(who, time.time())

    def _gone(self, who: str, since: float) -> None:
        self._silent_since.setdefault(who, since)
        self._absent_since.setdefault(who, since)

    def _back(self, who: str, at: float) -> None:
        for since, kept in (
            (self._silent_since, self._recording.off_air),
            (self._absent_since, self._recording.absent),
        ):
            if who in since:
                kept.setdefault(who, []).append((since.pop(who), at))

    async def _spoil(self, event: Event, who: str) -> None:
        network = self._networks.setdefault(who, Network())
        ports = await media_ports(self._clients[who].room)
        await network.spoil(
            ports, loss_percent=event.loss_percent or 0.0, delay_ms=event.delay_ms or 0.0
        )
        if event.seconds is not None:
            await asyncio.sleep(event.seconds)
            await network.aclose()

    async def _ask(self, event: Event, who: str) -> None:
        if self._requests is None:
            raise PlayError("request needs a token server: play a whole call")
        for request in event.requests:
            await self._requests.send(request, who)

    async def _befall_provider(self, event: Event) -> None:
        if self._provider is None:
            self.check()
        elif event.do == "stop_provider":
            await self._provider.stop()
        else:
            await self._provider.start()
