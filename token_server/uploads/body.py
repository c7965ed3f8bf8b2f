"""The body of an upload on its way to the disk: a form with a file in it, or the file itself."""

import asyncio
import errno
import shutil
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from token_server import problems
from token_server.problems import ProblemError

FIELD: Final = "file"
"""Of the form that holds the recording."""
_BLOCK_BYTES: Final = 1 << 20
"""What is gathered before it is written."""
_FORM_BYTES: Final = 64 * 1024
"""What a form may hold beside the file."""
_PAUSE_SECONDS: Final = 60.0
"""How long nothing may come."""
_LONGEST_NAME: Final = 120
_NO_NAME: Final = "recording"
_CLOSE: Final = {"Connection": "close"}
"""For who has not sent all yet."""


@dataclass(frozen=True, slots=True)
class Received:
    """A recording that came in."""

    name: str
    """As its owner calls it; fit for people to read."""
    size_bytes: int


async def receive_recording(
    request: Request, target: Path, *, name: str | None, most_bytes: int
) -> Received:
    """Write a request's recording into a file, block by block.

    Args:
        request: whose body nobody has read.
        target: the file.
        name: of the recording, where the request says it apart from its body.
        most_bytes: of the recording.

    Raises:
        ProblemError: it is too large, no form is right, nothing comes, or the disk is full.
    """
    _check_announced(request, target, most_bytes)
    kind, options = parse_options_header(request.headers.get("content-type"))
    with target.open("wb") as file:
        sink = _Sink(file, most_bytes)
        try:
            if kind == b"multipart/form-data":
                form = _Form(sink, options.get(b"boundary", b""))
                async for block in _blocks(request, most_bytes + _FORM_BYTES):
                    form.write(block)
                    await sink.write_when_full()
                form_name = form.finish()
            else:
                form_name = None
                async for block in _blocks(request, most_bytes):
                    sink.push(block)
                    await sink.write_when_full()
            await sink.write()
        except OSError as error:
            raise _disk_problem(error) from None
    return Received(clean_name(name or form_name), sink.size_bytes)


def clean_name(name: str | None) -> str:
    """Return a name that people can read: no folders, no signs that do not print."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip()
    return printable[:_LONGEST_NAME] or _NO_NAME


def _check_announced(request: Request, target: Path, most_bytes: int) -> None:
    """Refuse at once what says itself that it is too large."""
    try:
        announced = int(request.headers.get("content-length", "0"))
    except ValueError:
        announced = 0
    if announced > most_bytes + _FORM_BYTES:
        raise too_large(most_bytes)
    if announced > shutil.disk_usage(target.parent).free:
        raise _disk_full()


async def _blocks(request: Request, most_bytes: int) -> AsyncIterator[bytes]:
    received = 0
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(_PAUSE_SECONDS):
                block = await anext(stream, None)
        except (TimeoutError, ClientDisconnect):
            raise ProblemError(
                problems.BAD_REQUEST,
                "the recording stopped coming before its end",
                "upload it again",
                headers=_CLOSE,
            ) from None
        if block is None:
            return
        received += len(block)
        if received > most_bytes:
            raise too_large(most_bytes)
        yield block


class _Sink:
    """Gathers what comes and writes it off the event loop."""

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._waiting = bytearray()
        self.size_bytes = 0

    def push(self, block: bytes) -> None:
        """Take some of the recording."""
        self._waiting += block
        self.size_bytes += len(block)
        if self.size_bytes > self._most_bytes:
            raise too_large(self._most_bytes)

    async def write_when_full(self) -> None:
        """Write if there is enough for it."""
        if len(self._waiting) >= _BLOCK_BYTES:
            await self.write()

    async def write(self) -> None:
        """Write what was gathered."""
        block = bytes(self._waiting)
        self._waiting.clear()
        await asyncio.to_thread(self._file.write, block)


class _Form:
    """Finds the recording in a multipart form (RFC 7578); everything else in it is passed over."""

    def __init__(self, sink: _Sink, boundary: bytes) -> None:
        if not boundary:
            raise _not_a_form("the form does not say what stands between its parts")
        self._sink = sink
        self._header = self._value = b""
        self._disposition = b""
        self._is_recording = False
        self._found: str | None = None
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_end": self._on_end,
            },
        )

    def write(self, block: bytes) -> None:
        """Take some of the body."""
        try:
            self._parser.write(block)
        except FormParserError:
            raise _not_a_form("the body is not the form that its header promises") from None

    def finish(self) -> str:
        """Return the name of the file that was found."""
        if not self._ended:
            raise _not_a_form("the form breaks off")
        if self._found is None:
            raise _not_a_form(f"the form has no file called {FIELD!r}")
        return self._found

    def _on_part_begin(self) -> None:
        self._header = self._value = self._disposition = b""
        self._is_recording = False

    def _on_header_field(self, block: bytes, start: int, end: int) -> None:
        self._header += block[start:end]

    def _on_header_value(self, block: bytes, start: int, end: int) -> None:
        self._value += block[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._is_recording = self._found is None and options.get(b"name") == FIELD.encode()
        if self._is_recording:
            self._found = options.get(b"filename", b"").decode(errors="replace")

    def _on_part_data(self, block: bytes, start: int, end: int) -> None:
        if self._is_recording:
            self._sink.push(block[start:end])

    def _on_end(self) -> None:
        self._ended = True


def too_large(most_bytes: int) -> ProblemError:
    """Return the problem of a recording with too many bytes."""
    return ProblemError(
        problems.TOO_LARGE,
        f"the recording has more than {most_bytes} bytes",
        "convert it (`ffmpeg -i FILE -ac 1 sound.flac`), upload it in parts, or raise "
        "UPLOAD_MAX_BYTES",
        headers=_CLOSE,
    )


def _not_a_form(detail: str) -> ProblemError:
    return ProblemError(
        problems.BAD_REQUEST,
        detail,
        f"send it as curl does: `curl -F {FIELD}=@call.mp3 .../uploads`, or the recording alone: "
        "`curl --data-binary @call.mp3 '.../uploads?name=call.mp3'`",
        headers=_CLOSE,
    )


def _disk_problem(error: OSError) -> ProblemError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _disk_full()
    return ProblemError(
        problems.DISK_FULL,
        f"the recording cannot be written ({error.strerror})",
        "make TMPDIR a folder that the token server may write to",
        headers=_CLOSE,
    )


def _disk_full() -> ProblemError:
    return ProblemError(
        problems.DISK_FULL,
        "the token server's disk has no room for the recording",
        "free some space, or set TMPDIR and FILES_URL to a larger disk",
        headers=_CLOSE,
    )
