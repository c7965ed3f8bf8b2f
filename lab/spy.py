"""Puts spies into a call: participants who may see nothing private, and record all they get.

The first is a guest who listens from the beginning, the second a guest who joins in the middle,
the third is hidden: nobody sees it, neither do the agents. It needs the media server's keys.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from livekit import api, rtc

from lab.client import Client
from lab.ear import Ear
from lab.front_desk import FrontDesk, Ticket
from lab.recording import Recording
from lab.witness import Witness

LISTENING: Final = "listening guest"
LATE: Final = "late guest"
HIDDEN: Final = "hidden participant"
_PLAYBOOKS: Final = Path("playbooks")


class _ListeningWitness(Witness):
    """A witness with an ear: it also measures what of each voice arrives."""

    ear: Ear

    def attach(self, room: rtc.Room, tasks: asyncio.TaskGroup) -> None:
        """Watch a room, and listen to it."""
        super().attach(room, tasks)
        self.ear.attach(room)


class SpyRing:
    """The spies of one call."""

    def __init__(
        self,
        desk: FrontDesk,
        recording: Recording,
        environment: Mapping[str, str],
        tasks: asyncio.TaskGroup,
    ) -> None:
        """Prepare to spy; the key pair stands in the environment, if it is known at all."""
        self._desk = desk
        self._recording = recording
        self._key = environment.get("LIVEKIT_API_KEY")
        self._secret = environment.get("LIVEKIT_API_SECRET")
        self._tasks = tasks
        self._clients: list[Client] = []
        self.ear = Ear(tasks)

    async def join_early(self) -> None:
        """Bring in those who are there from the beginning."""
        listening = _ListeningWitness(identity="", name=LISTENING, role="guest")
        listening.ear = self.ear
        await self._join(listening, subscribe=True)
        if self._key and self._secret:
            await self._join(
                Witness(identity="", name=HIDDEN, role="hidden"), subscribe=False, hidden=True
            )

    async def join_late(self) -> None:
        """Bring in the one who comes in the middle."""
        await self._join(Witness(identity="", name=LATE, role="guest"), subscribe=False)

    async def leave(self) -> None:
        """Take all spies out, and note what of each voice was heard."""
        await self.ear.aclose()
        for client in self._clients:
            await client.hang_up()
        self._note_received()

    async def _join(self, witness: Witness, *, subscribe: bool, hidden: bool = False) -> None:
        async def ticket() -> Ticket:
            bought = await self._desk.ticket("guest", f"spy {witness.name}", "Observer")
            if hidden:
                return Ticket(server_url=bought.server_url, token=self._hidden_token())
            return bought

        client = Client(
            ticket=ticket,
            witness=witness,
            microphone=None,
            tasks=self._tasks,
            subscribe=subscribe,
        )
        await client.join()
        self._clients.append(client)
        self._recording.spies.append(witness)

    def _hidden_token(self) -> str:
        grants = api.VideoGrants(
            room_join=True,
            room=self._desk.room_name,
            hidden=True,
            can_publish=False,
            can_publish_data=False,
        )
        token = api.AccessToken(self._key, self._secret).with_identity("hidden-observer")
        return token.with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()

    def _note_received(self) -> None:
        for line in self._recording.lines:
            who = line.line.who
            heard = self.ear.seconds_between(
                self._recording.real_identities[who],
                line.speech_start_seconds,
                line.speech_end_seconds,
            )
            known = self._recording.received_seconds.get(who, 0.0)
            # Noise sounds all the time, but no longer than the line itself.
            length = line.speech_end_seconds - line.speech_start_seconds
            self._recording.received_seconds[who] = known + min(heard, length)


def read_private(playbook: str, folder: Path = _PLAYBOOKS) -> tuple[list[str], list[str]]:
    """Return the texts and the ids of a playbook's rules; empty if it is not on this machine."""
    path = folder / f"{playbook}.yaml"
    if not path.exists():
        return [], []
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules: list[dict[str, str]] = content.get("rules", [])
    return [rule["say"].strip() for rule in rules], [rule["id"] for rule in rules]
