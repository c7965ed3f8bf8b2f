"""Asks the token server for what a page asks it for: a room, tokens, and the end of the room."""

import json
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
from pydantic import TypeAdapter

from wire.minutes import Minutes
from wire.tasks import Task


class PlayError(Exception):
    """The call could not be played; the text says what to do."""


def find_play_error(group: BaseExceptionGroup[BaseException]) -> PlayError | None:
    """Return why a call could not be played, from among errors of its tasks; None: another one."""
    for error in group.exceptions:
        if isinstance(error, PlayError):
            return error
        if isinstance(error, BaseExceptionGroup) and (found := find_play_error(error)):
            return found
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What lets one participant into the room."""

    server_url: str
    token: str


class FrontDesk:
    """The token server, as a client of one call sees it."""

    def __init__(self, http: aiohttp.ClientSession, url: str, api_key: str | None) -> None:
        self._http = http
        self._headers = {"X-API-Key": api_key} if api_key else {}
        self._room: dict[str, Any] = {}
        self.url = url

    @property
    def room_name(self) -> str:
        """The room that was opened."""
        name: str = self._room["room_name"]
        return name

    async def open_room(self, playbook: str) -> str:
        """Create a room and return its name.

        Raises:
            PlayError: the token server is away, or refused.
        """
        self._room = await self._post("/rooms", {"playbook": playbook})
        return self.room_name

    async def ticket(self, role: Literal["host", "guest"], seed: str, name: str) -> Ticket:
        """Return what lets somebody in; the same seed gives the same identity in the room.

        Raises:
            PlayError: the token server is away, or refused.
        """
        answer = await self._post(
            "/tokens",
            {"participant_identity": seed, "participant_name": name},
            {"Authorization": f"Bearer {self._room[role]['invitation']}"},
        )
        return Ticket(server_url=answer["server_url"], token=answer["participant_token"])

    async def ask(
        self, role: Literal["host", "guest"], method: str, path: str, body: bytes | None, kind: str
    ) -> tuple[int, bytes]:
        """Ask for anything with a role's invitation; return the status and the answer.

        Raises:
            PlayError: the token server is away.
        """
        headers = {"Authorization": f"Bearer {self._room[role]['invitation']}"}
        if body is not None:
            headers["Content-Type"] = kind
        try:
            async with self._http.request(
                method, self.url + path, data=body, headers=headers
            ) as response:
                return response.status, await response.read()
        except aiohttp.ClientError as error:
            raise PlayError(
                f"{method} {path} got no answer ({type(error).__name__}): is the token server away?"
            ) from None

    async def list_tasks(self) -> list[Task]:
        """Return the tasks that the meeting has, as its hosts may read them.

        Raises:
            PlayError: the token server is away, or refused.
        """
        path = f"/rooms/{self.room_name}/tasks"
        status, body = await self.ask("host", "GET", path, None, "")
        if status != 200:
            raise PlayError(f"GET {path} was refused with status {status}")
        return TypeAdapter(list[Task]).validate_python(json.loads(body)["tasks"])

    async def find_minutes(self, room_sid: str) -> Minutes | None:
        """Return everybody's newest minutes, as hosts may read them; None: there are none yet.

        Raises:
            PlayError: the token server is away, or refused.
        """
        path = f"/meetings/{room_sid}/minutes"
        status, body = await self.ask("host", "GET", path, None, "")
        if status != 200:
            raise PlayError(f"GET {path} was refused with status {status}")
        listed = TypeAdapter(list[Minutes]).validate_python(json.loads(body)["minutes"])
        return next((one for one in listed if not one.profile_id), None)

    async def close_room(self) -> None:
        """End the call for everybody; the token server may be gone already."""
        try:
            async with self._http.delete(
                f"{self.url}/rooms/{self.room_name}", headers=self._headers
            ):
                return
        except aiohttp.ClientError:
            return  # who played the call has stopped the stack, and the room with it

    async def _post(
        self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            async with self._http.post(
                self.url + path, json=body, headers=headers or self._headers
            ) as response:
                answer: dict[str, Any] = await response.json(content_type=None)
        except (aiohttp.ClientError, ValueError) as error:
            raise PlayError(
                f"{self.url}{path} gave no usable answer ({type(error).__name__}): is it the "
                "address of a token server that runs?"
            ) from None
        if response.status >= 400:
            raise PlayError(
                f"POST {path}: {answer.get('title')}. {answer.get('detail', '')} "
                f"{answer.get('remedy', '')}"
            )
        return answer
