"""Makes plain text of an uploaded document, or says what is wrong with it."""

import asyncio
import codecs
import json
import sys
from dataclasses import dataclass
from typing import Final

from token_server import problems
from token_server.briefs.pdf_pages import (
    ENCRYPTED,
    MOST_CHARACTERS,
    MOST_PAGES,
    TOO_LONG,
    UNREADABLE,
)
from token_server.problems import ProblemError

PATIENCE_SECONDS: Final = 30.0
"""For the reading of a PDF."""
_PDF: Final = b"%PDF-"
_PDF_BEGINS_WITHIN: Final = 1024


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What stands in a document."""

    text: str
    by_page: bool
    """Whether form feeds part its pages."""

    @property
    def lines(self) -> int:
        """How many lines, or pages, it has."""
        return len(self.text.split("\f")) if self.by_page else len(self.text.splitlines())


async def read_document(body: bytes, pdf_readers: asyncio.Semaphore) -> DocumentText:
    """Return the text of a document; what it is, is told by its content.

    Args:
        body: the file.
        pdf_readers: held while a process reads a PDF.

    Raises:
        ProblemError: it is encrypted, damaged, too long, no text at all, or holds none.
    """
    if _PDF in body[:_PDF_BEGINS_WITHIN]:
        read = DocumentText("\f".join(await _read_pdf(body, pdf_readers)), by_page=True)
    else:
        read = DocumentText(_decode(body).replace("\f", "\n"), by_page=False)
    if not read.text.strip():
        raise ProblemError(
            problems.DOCUMENT_EMPTY,
            "no text was found in the document",
            "give a document with text in it; a scanned PDF needs text recognition first",
        )
    if len(read.text) > MOST_CHARACTERS:
        raise ProblemError(
            problems.TOO_LARGE,
            f"the document has more than {MOST_CHARACTERS} characters",
            "give the parts that matter for the call",
        )
    return read


def _decode(body: bytes) -> str:
    encoding = "utf-8-sig"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ProblemError(
            problems.DOCUMENT_UNREADABLE,
            "the document is neither a PDF nor text in UTF-8",
            "save it as UTF-8 text, as Markdown or as a PDF",
        )
    return text


async def _read_pdf(body: bytes, pdf_readers: asyncio.Semaphore) -> list[str]:
    async with pdf_readers:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "token_server.briefs.pdf_pages",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                printed, _ = await process.communicate(body)
        except TimeoutError:
            printed = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    # Nothing printed: the process took more than it may, and was ended.
    pages = json.loads(printed) if process.returncode == 0 and printed else UNREADABLE
    if isinstance(pages, list):
        return pages
    raise _refuse(pages)


def _refuse(why: str) -> ProblemError:
    if why == ENCRYPTED:
        return ProblemError(
            problems.DOCUMENT_ENCRYPTED,
            "the PDF is encrypted",
            "save it without a password, and give that",
        )
    if why == TOO_LONG:
        return ProblemError(
            problems.TOO_LARGE,
            f"the PDF has more than {MOST_PAGES} pages",
            "give the pages that matter for the call",
        )
    return ProblemError(
        problems.DOCUMENT_UNREADABLE,
        "the PDF is damaged, or takes too long to read",
        "print it to a new PDF, or save its text",
    )
