"""Sends what participants ask for in writing: RPC, data messages, text streams and HTTP."""

import json
from collections.abc import Callable
from typing import Final

from livekit import rtc

from lab.call_events import Request
from lab.call_parts import Participant
from lab.client import Client
from lab.front_desk import FrontDesk, PlayError
from lab.recording import PlayedRequest, Recording
from lab.witness import Witness

DONE: Final = 0
"""In place of an RPC error's code: it was done."""
_PREFIX: Final = "sidenote."
_NONE: Final = "none-yet"
_LONGEST_PACKET: Final = 15_000


class Requests:
    """Asks on behalf of the participants of one call, and notes every answer."""

    def __init__(
        self,
        recording: Recording,
        desk: FrontDesk,
        find_client: Callable[[str], Client],
    ) -> None:
        """Prepare; `find_client` takes an identity of the call file."""
        self._recording = recording
        self._desk = desk
        self._find_client = find_client

    async def send(self, request: Request, who: str) -> None:
        """Send one request, and wait for its answer if it has one.

        Raises:
            PlayError: who asks is not in the call, or the token server is away.
        """
        asker = self._recording.call.participant(who)
        answer: int | None = None
        if request.http is not None:
            answer = await self._ask_server(request, asker)
        elif request.rpc is not None:
            answer = await self._ask_agent(request, asker)
        else:
            await self._tell_everybody(request, who)
        self._recording.requests.append(PlayedRequest(who=who, request=request, answer=answer))

    async def _ask_server(self, request: Request, asker: Participant) -> int:
        path = self._filled(request.path or "")
        payload = self._payload(request)
        kind = "text/markdown" if isinstance(request.payload, str) else "application/json"
        status, body = await self._desk.ask(
            asker.role, request.http or "", path, payload.encode() if payload else None, kind
        )
        self._witness(asker).note_answer("http answer", path, body)
        return status

    async def _ask_agent(self, request: Request, asker: Participant) -> int:
        room = self._find_client(asker.identity).room
        method = _PREFIX + (request.rpc or "")
        try:
            reply = await room.local_participant.perform_rpc(
                destination_identity=_agent_of(room),
                method=method,
                payload=self._payload(request),
            )
        except rtc.RpcError as error:
            told = f"{error.message} {error.data or ''}"
            self._witness(asker).note_answer("rpc answer", method, told.encode())
            return int(error.code)
        self._witness(asker).note_answer("rpc answer", method, reply.encode())
        return DONE

    async def _tell_everybody(self, request: Request, who: str) -> None:
        speaker = self._find_client(who).room.local_participant
        payload = self._payload(request)
        if request.stream is not None:
            await speaker.send_text(payload, topic=request.stream)
            return
        content = payload.encode()
        # What is longer than a packet comes as several, as an attacker would send it.
        for start in range(0, max(len(content), 1), _LONGEST_PACKET):
            await speaker.publish_data(
                content[start : start + _LONGEST_PACKET], topic=request.topic or ""
            )

    def _payload(self, request: Request) -> str:
        written = request.payload
        text = written if isinstance(written, str) else json.dumps(written, ensure_ascii=False)
        text = self._filled(text)
        if request.pad_to is None or not text:
            return text
        return (text * (request.pad_to // len(text) + 1))[: request.pad_to]

    def _filled(self, text: str) -> str:
        """Return a text with the ids for which its signs stand."""
        hosts = [message for host in self._recording.hosts for message in host.messages]
        tasks = [message.task.id for message in hosts if message.task]
        points = [message.point.id for message in hosts if message.point]
        for sign, value in (
            ("$room", self._desk.room_name),
            ("$task", tasks[-1] if tasks else _NONE),
            ("$point", points[-1] if points else _NONE),
        ):
            text = text.replace(sign, value)
        return text

    def _witness(self, asker: Participant) -> Witness:
        return self._recording.witnesses[asker.identity]


def _agent_of(room: rtc.Room) -> str:
    for participant in room.remote_participants.values():
        if participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT:
            return participant.identity
    raise PlayError("no agent is in the call to be asked")
