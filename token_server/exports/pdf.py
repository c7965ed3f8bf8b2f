"""A meeting as a PDF."""

import io
from collections.abc import Iterable
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate

from token_server.exports.blocks import Block, BlockKind
from token_server.exports.pdf_fonts import BOLD, BOX, REGULAR, PdfFonts

_GREY: Final = HexColor(0x555F6D)


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    # CJK breaks lines between any two letters; words of other scripts stay whole in practice.
    return ParagraphStyle(
        name,
        fontName=REGULAR,
        fontSize=size,
        leading=size * 1.35,
        spaceAfter=size * 0.3,
        alignment=TA_LEFT,
        splitLongWords=True,
        **more,
    )


_STYLES: Final[dict[BlockKind, ParagraphStyle]] = {
    "title": _style("title", 18),
    "heading": _style("heading", 13, spaceBefore=10),
    "text": _style("text", 10),
    "item": _style("item", 10, leftIndent=10, bulletIndent=0),
    "quote": _style("quote", 9, leftIndent=20, textColor=_GREY),
    "note": _style("note", 9, textColor=_GREY),
    "said": _style("said", 10),
}


def make_pdf(blocks: Iterable[Block]) -> bytes:
    """Return paragraphs as a PDF; blocks for seconds where there are thousands of them.

    Scripts that run from right to left stand in the order of their letters: take docx for those.
    """
    fonts = PdfFonts()
    title = ""
    story: list[Any] = []
    for block in blocks:
        title = title or block.text
        story.append(_paragraph(block, fonts))
    if fonts.boxes:
        text = f"{fonts.boxes} letters that no font here has are shown as {BOX}."
        story.append(_paragraph(Block(kind="note", text=text), fonts))
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=title,
        author="",
        creator="Sidenote",
    )
    document.build(story, onFirstPage=_number_page, onLaterPages=_number_page)
    return file.getvalue()


def _paragraph(block: Block, fonts: PdfFonts) -> Paragraph:
    bold = block.kind in {"title", "heading"}
    text = fonts.mark_up(block.text, BOLD if bold else REGULAR)
    if block.kind == "said":
        text = f"{fonts.mark_up(f'{block.at} ')}{fonts.mark_up(f'{block.who}: ', BOLD)}{text}"
    bullet = "•" if block.kind == "item" else None
    return Paragraph(text, _STYLES[block.kind], bulletText=bullet)


def _number_page(canvas: Any, document: Any) -> None:
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(_GREY)
    canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, str(document.page))
