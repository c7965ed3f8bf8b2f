"""A meeting as plain text or Markdown."""

from collections.abc import Iterable
from typing import Final

from token_server.exports.blocks import Block, BlockKind

_SIGNS: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|~"})
_TEXT: Final[dict[BlockKind, str]] = {
    "title": "{text}\n",
    "heading": "\n{text}\n",
    "text": "{text}\n",
    "item": "- {text}\n",
    "quote": "  “{text}”\n",
    "note": "{text}\n",
    "said": "[{at}] {who}: {text}\n",
}
_MARKDOWN: Final[dict[BlockKind, str]] = {
    "title": "# {text}\n",
    "heading": "\n## {text}\n\n",
    "text": "{text}\n",
    "item": "- {text}\n",
    "quote": "  > {text}\n",
    "note": "\n*{text}*\n",
    "said": "\n**{who}** ({at}): {text}\n",
}


def make_text(blocks: Iterable[Block]) -> bytes:
    """Return paragraphs as plain text, UTF-8."""
    return "".join(
        _TEXT[block.kind].format(text=_on_one_line(block.text), who=block.who, at=block.at)
        for block in blocks
    ).encode()


def make_markdown(blocks: Iterable[Block]) -> bytes:
    """Return paragraphs as Markdown, UTF-8; signs that people said or wrote mean nothing in it."""
    return "".join(
        _MARKDOWN[block.kind].format(
            text=_on_one_line(block.text).translate(_SIGNS),
            who=block.who.translate(_SIGNS),
            at=block.at,
        )
        for block in blocks
    ).encode()


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
