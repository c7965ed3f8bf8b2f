"""`python -m agent control`: what a host can do on the page, from the command line.

It joins the call as one more host, by an invitation link, does one thing by RPC, and leaves.
"""

import asyncio
import secrets
import sys
from typing import Final, TextIO
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from livekit import rtc

from agent.attendance import is_agent
from wire.answers import ANSWER, Answer
from wire.controls import ASK_METHOD, Accepted
from wire.topics import ADVICE

PATIENCE_SECONDS: Final = 20.0
"""For the agent to be there; it joins within some seconds."""
ANSWER_SECONDS: Final = 120.0
_PREFIX: Final = "sidenote."
_NAME: Final = "Command line"


class ControlError(Exception):
    """It was not done; the text says why and what to do."""


async def control(link: str, method: str, request: str, out: TextIO) -> None:
    """Do one thing in a call, and write the reply; of `ask`, the answer as it is written.

    Args:
        link: of a host.
        method: a method of `wire.controls`, with or without its prefix.
        request: as JSON.
        out: where the reply goes.

    Raises:
        ControlError: the link is none, nobody answers, or the agent refuses.
    """
    name = _PREFIX + method.removeprefix(_PREFIX)
    url, token = await _get_ticket(link)
    room, answers = rtc.Room(), asyncio.Queue[Answer]()

    def on_message(packet: rtc.DataPacket) -> None:
        if packet.topic == ANSWER:
            answers.put_nowait(Answer.model_validate_json(packet.data))

    room.on("data_received", on_message)
    try:
        await room.connect(url, token)
        agent = await _find_agent(room)
        reply = await room.local_participant.perform_rpc(
            destination_identity=agent, method=name, payload=request
        )
        if name == ASK_METHOD:
            await _write_answer(answers, Accepted.model_validate_json(reply).id, out)
        else:
            out.write(f"{reply}\n")
    except rtc.RpcError as error:
        raise ControlError(f"{name}: {error.message} ({error.code})") from None
    except rtc.ConnectError as error:
        raise ControlError(f"the media server lets nobody in: {error.message}") from None
    except TimeoutError:
        raise ControlError("no answer came in time; look at the page or ask again") from None
    finally:
        await room.disconnect()


async def _get_ticket(link: str) -> tuple[str, str]:
    """Return the media server's address and a token."""
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.fragment:
        raise ControlError("that is no invitation: give the whole link of a host, with its #")
    desk = urlunsplit((parts.scheme, parts.netloc, "/tokens", "", ""))
    # A seed of its own: with the page's, the media server would end the page's connection.
    body = {"participant_identity": secrets.token_urlsafe(16), "participant_name": _NAME}
    headers = {"Authorization": f"Bearer {parts.fragment}"}
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.post(desk, json=body, headers=headers) as response,
        ):
            ticket = await response.json(content_type=None)
            if response.status != 201:
                raise ControlError(f"the token server refuses: {ticket['detail']}")
            return ticket["server_url"], ticket["participant_token"]
    except (aiohttp.ClientError, ValueError, KeyError, TypeError) as error:
        raise ControlError(
            f"{desk} gave no usable answer ({type(error).__name__}): is it a token server's link?"
        ) from None


async def _find_agent(room: rtc.Room) -> str:
    """Wait for the agent, and return its identity."""
    news = asyncio.Event()
    for event in ("participant_connected", "participant_attributes_changed"):
        room.on(event, lambda *_: news.set())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for one in room.remote_participants.values():
                    if is_agent(one) and ADVICE in one.attributes:
                        return one.identity
                await news.wait()
                news.clear()
    except TimeoutError:
        raise ControlError("no agent is in the call; is the worker running?") from None


async def _write_answer(answers: "asyncio.Queue[Answer]", answer_id: str, out: TextIO) -> None:
    written = ""
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            answer = await answers.get()
            if answer.id != answer_id:
                continue
            if not answer.text.startswith(written):
                written = ""  # another model has begun anew
                out.write("\n")
            out.write(answer.text[len(written) :])
            out.flush()
            written = answer.text
            if answer.complete:
                break
    quotes = [f"  {quote.speaker_name}: {quote.quote!r}" for quote in answer.quotes]
    out.write("\n".join(["", *quotes, *([f"  {answer.gaps}"] if answer.gaps else []), ""]))


def run(link: str, method: str, request: str) -> int:
    """Do one thing in a call; returns the exit code."""
    try:
        asyncio.run(control(link, method, request, sys.stdout))
    except ControlError as error:
        sys.stderr.write(f"agent: {error}\n")
        return 1
    return 0
