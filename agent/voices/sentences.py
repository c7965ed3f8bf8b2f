"""Cuts a text that comes in parts into sentences, each as soon as it is there."""

import re
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Final

LONGEST_SENTENCE: Final = 300
"""Characters; a longer sentence is cut between two words."""
_END: Final = re.compile(r"[.!?\u2026][\"'\u201d\u2019)\]]*\s+|\n+")
# A full stop behind one of these ends no sentence.
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|no|vs|approx|e\.g|i\.e|etc|[A-Z])\.$", re.IGNORECASE
)


async def sentences(parts: AsyncIterable[str]) -> AsyncGenerator[str, None]:
    """Yield the sentences of a text, without white space around them; none is empty.

    Closing it closes `parts` too, if that is a generator.
    """
    text = ""
    try:
        async for part in parts:
            text += part
            while (end := _find_end(text)) is not None:
                sentence, text = text[:end].strip(), text[end:]
                if sentence:
                    yield sentence
    finally:
        if isinstance(parts, AsyncGenerator):
            await parts.aclose()
    while len(rest := text.strip()) > LONGEST_SENTENCE:
        end = _cut(rest)
        yield rest[:end].strip()
        text = rest[end:]
    if rest:
        yield rest


def _find_end(text: str) -> int | None:
    """Return where the first sentence is surely over; None: it may go on."""
    for found in _END.finditer(text):
        before = text[: found.start() + 1]
        if found.end() > LONGEST_SENTENCE:
            break
        if not _ABBREVIATION.search(before):
            return found.end()
    return _cut(text) if len(text) > LONGEST_SENTENCE else None


def _cut(text: str) -> int:
    """Return the last place between two words at which the text is short enough."""
    for sign in (", ", " "):
        if (at := text.rfind(sign, 0, LONGEST_SENTENCE)) > 0:
            return at + len(sign)
    return LONGEST_SENTENCE
