"""What the emulator of `audio.transcriptions` reads and writes, and the faults it plays."""

import io
import wave
from typing import Annotated, Final, Literal

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from lab.emulators.recognition import BYTES_PER_SECOND, SAMPLE_RATE_HZ

LONGEST_FILE_BYTES: Final = 25 << 20
_SHORTEST_SECONDS: Final = 0.1


class Fault(BaseModel):
    """What goes wrong with one request; each request takes the next fault of the script."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["none", "status", "slow", "hang", "cut", "refuse", "not_json", "text"] = "status"
    """none: an honest answer; status: answered with `status`; slow: `seconds` late; hang: never
    answered; cut: the connection breaks in the middle of the answer; refuse: it breaks before;
    not_json: the body is a web page; text: answered with `text`."""
    status: Annotated[int, Field(ge=300, le=599)] = 500
    quota: bool = False
    """With status 429: the quota is used up, not the rate."""
    seconds: Annotated[float, Field(ge=0)] = 0.0
    text: str = ""
    no_speech: bool = False
    """With `text`: whether the model says itself that it heard no speech."""
    times: Annotated[int, Field(ge=1)] | None = 1
    """How often; None: every time from here on."""


FAULT_LIST: Final = TypeAdapter(list[Fault])


async def read_form(request: web.Request) -> tuple[dict[str, str], bytes | None]:
    """Return the fields of a request, and its file.

    Raises:
        ValueError: it is no form, or its file is too large.
    """
    fields: dict[str, str] = {}
    file: bytes | None = None
    if not request.content_type.startswith("multipart/"):
        raise ValueError("the request is not multipart/form-data")
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ValueError("a part of the form is a form itself")  # noqa: TRY004 - the client's
        content = bytes(await part.read(decode=True))
        if len(content) > LONGEST_FILE_BYTES:
            raise ValueError("the file has more than 25 MB")
        if part.name == "file" and part.filename:
            file = content
        else:
            fields[part.name or ""] = content.decode()
    return fields, file


def read_wav(file: bytes | None) -> bytes:
    """Return the samples of an uploaded WAV file: mono, 16 bit, 16 kHz.

    Raises:
        ValueError: it is something else, or too short or too long.
    """
    if file is None:
        raise ValueError("file is missing, or has no name")
    try:
        with wave.open(io.BytesIO(file)) as reader:
            form = (reader.getnchannels(), reader.getsampwidth(), reader.getframerate())
            pcm = bytes(reader.readframes(reader.getnframes()))
    except (wave.Error, EOFError) as error:
        raise ValueError(f"file is not a WAV file: {error}") from None
    if form != (1, 2, SAMPLE_RATE_HZ):
        raise ValueError(f"this emulator takes mono, 16 bit, {SAMPLE_RATE_HZ} Hz, not {form}")
    if len(pcm) < _SHORTEST_SECONDS * BYTES_PER_SECOND:
        raise ValueError(f"audio file is too short; at least {_SHORTEST_SECONDS} s")
    return pcm


def transcription_body(text: str, form: str, seconds: float, *, no_speech: bool) -> web.Response:
    """Return the answer to a request in the form that it asks for."""
    if form == "text":
        return web.Response(text=text + "\n")
    usage = {"type": "duration", "seconds": round(seconds)}
    if form == "json":
        return web.json_response({"text": text, "usage": usage})
    part = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": seconds,
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": -1.4 if no_speech else -0.3,
        "compression_ratio": 1.1,
        "no_speech_prob": 0.9 if no_speech else 0.02,
    }
    answer = {"task": "transcribe", "language": "english", "duration": seconds, "text": text}
    return web.json_response(answer | {"segments": [part] if text else [], "usage": usage})


def error_body(status: int, code: str, message: str) -> web.Response:
    """Return an error as the service writes it."""
    kind = code if code == "insufficient_quota" else "invalid_request_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return web.json_response({"error": error}, status=status, headers={"x-request-id": "req_1"})


async def cut_off(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Send half of an answer, and break the connection."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    response = web.StreamResponse(headers={"Content-Type": answer.content_type})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport:
        request.transport.abort()
    return response
