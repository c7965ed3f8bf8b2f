"""A meeting as a Word document."""

import io
import re
from collections.abc import Iterable
from typing import Final

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle

from token_server.exports.blocks import Block, BlockKind

_STYLES: Final[dict[BlockKind, str]] = {
    "title": "Title",
    "heading": "Heading 1",
    "text": "Normal",
    "item": "List Bullet",
    "quote": "Intense Quote",
    "note": "Note",
    "said": "Transcript",
}
_OWN_STYLES: Final = ("Note", "Transcript")
# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets).
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GREY: Final = RGBColor(0x55, 0x5F, 0x6D)


def make_docx(blocks: Iterable[Block]) -> bytes:
    """Return paragraphs as a document of Office Open XML (ISO/IEC 29500).

    Blocks for seconds where there are thousands of paragraphs. Letters of every script stay as
    they are; which font shows them is for the reader's program to choose.
    """
    document = docx.Document()
    document.core_properties.author = ""
    document.core_properties.comments = ""
    style_ids = _prepare_styles(document)
    # Adding a paragraph to the document looks through all that are there; this does not.
    end = document.add_paragraph()
    for block in blocks:
        paragraph = end.insert_paragraph_before()
        # `paragraph.style` looks through all styles each time: most of the work of a long file.
        paragraph._p.style = style_ids[block.kind]
        if block.kind == "said":
            paragraph.add_run(f"{block.at} ")
            paragraph.add_run(_clean(f"{block.who}: ")).bold = True
        paragraph.add_run(_clean(block.text))
        if block.kind == "title":
            document.core_properties.title = _clean(block.text)[:255]
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _prepare_styles(document: Document) -> dict[BlockKind, str]:
    for name in _OWN_STYLES:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)  # noqa: S101 - that is what was asked for
        style.base_style = document.styles["Normal"]
        style.paragraph_format.space_after = Pt(3)
        if name == "Note":
            style.font.color.rgb = _GREY
    return {kind: document.styles[name].style_id for kind, name in _STYLES.items()}


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", text)
