"""`python -m token_server.briefs.pdf_pages`: the text of a PDF from stdin, page by page, as JSON.

A process of its own, because a PDF may be made to take all memory and time there is: this one is
given a share of both, and what it does not do with it is the document's fault.
"""

import io
import json
import resource
import sys
from typing import Final

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

MEMORY_BYTES: Final = 1024**3
CPU_SECONDS: Final = 15
MOST_PAGES: Final = 300
MOST_CHARACTERS: Final = 1_000_000
"""Of a document's text: some hundred pages."""
ENCRYPTED: Final = "encrypted"
UNREADABLE: Final = "unreadable"
TOO_LONG: Final = "too long"


def read_pages(document: bytes) -> list[str] | str:
    """Return the text of each page; or `ENCRYPTED`, `UNREADABLE` or `TOO_LONG`.

    Reads on until the text is longer than it may be, and no further: a small file may hold more
    of it than whoever asks has memory for.
    """
    try:
        reader = PdfReader(io.BytesIO(document))
        # Many files may be read by everybody and only not changed: those have an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            return ENCRYPTED
        if len(reader.pages) > MOST_PAGES:
            return TOO_LONG
        return _texts(reader)
    except DependencyError:
        return ENCRYPTED
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # The library meets damage with any of these.
        return UNREADABLE


def _texts(reader: PdfReader) -> list[str]:
    texts: list[str] = []
    left = MOST_CHARACTERS + 1
    for page in reader.pages:
        texts.append(_plain(page.extract_text()[:left]))
        left -= len(texts[-1])
        if not left:
            break
    return texts


def _plain(text: str) -> str:
    """Return text without form feeds, which part pages, and without what no store takes."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\f", "\n").replace("\0", "")


def main() -> None:
    """Read a document from stdin and print what is in it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    sys.stdout.write(json.dumps(read_pages(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
