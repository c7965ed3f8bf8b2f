"""Meetings as files."""

import io
import json
from typing import Any

import docx
import httpx
import pypdf
import pytest
import webvtt

from tests.token_server.front import Front, problem
from tests.token_server.meeting import Told, meet
from token_server.exports import pdf_fonts
from token_server.exports.blocks import Block
from token_server.exports.docx import make_docx
from token_server.exports.pdf import make_pdf
from token_server.exports.text import make_markdown, make_text
from wire.gap import Gap

pytestmark = pytest.mark.room

SCRIPTS = (
    "Grüße, Ελλάδα, Москва, 会議の議事録, 회의록, 会议纪要, مرحبا, שלום, नमस्ते, ไทย, 🎉, a\u0301"
)
HOSTILE = "<b>&amp; </para> <font color=red> \x00\x07\x1b \ufffe # *x* ]( {0} {who}"


@pytest.fixture
async def told(front: Front) -> Told:
    told = await meet(front)
    await told.say(1, "the price is too high")
    await told.say(9, f"{SCRIPTS} {HOSTILE}", name="Ana <i>")
    gap = Gap(
        started_at_ms=told.began_ms + 3000,
        ended_at_ms=told.began_ms + 5000,
        reason="agent_away",
        transcript_sequence=20,
    )
    await told.store.add_gap(told.room_sid, gap)
    await told.write()
    return told


async def export(told: Told, kind: str, parts: str = "transcript", **more: Any) -> httpx.Response:
    answer = await told.get("/export", format=kind, **{"with": parts}, **more)
    assert answer.status_code == 200, answer.text
    name = answer.headers["content-disposition"]
    assert name.startswith(f'attachment; filename="{told.room["room_name"]}-')
    assert name.endswith(f'.{kind}"')
    return answer


@pytest.mark.parametrize("kind", ["txt", "md"])
async def test_text_holds_minutes_lines_and_gaps(told: Told, kind: str) -> None:
    text = (await export(told, kind, "transcript,minutes")).text

    assert "Acme and the price" in text
    assert text.index("Decisions") < text.index("Transcript") < text.index("nobody listened")
    assert text.index("too high") < text.index("nobody listened for 2 s") < text.index("Москва")
    assert "Summary" not in (await export(told, kind)).text
    assert "too high" not in (await export(told, kind, "minutes")).text.replace(
        "the price too high", ""
    )


async def test_a_word_document_holds_every_script_as_it_is(told: Told) -> None:
    answer = await export(told, "docx", "transcript,minutes")
    document = docx.Document(io.BytesIO(answer.content))

    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert SCRIPTS in text
    assert "<b>&amp; </para>" in text
    assert "Ana <i>: " in text
    assert document.core_properties.title == "Acme and the price"
    style = document.paragraphs[0].style
    assert style
    assert style.name == "Title"


async def test_a_pdf_shows_what_its_fonts_have_and_counts_the_rest(told: Told) -> None:
    answer = await export(told, "pdf", "transcript,minutes")
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages

    text = "\n".join(page.extract_text() for page in pages)
    for word in ("Grüße", "会議の議事録", "회의록", "<b>&amp; </para>", "nobody listened"):
        assert word in text
    if "DejaVu" in str(pdf_fonts._find_files()[0]):
        assert "Ελλάδα, Москва" in text
    assert "letters that no font here has" in text


def test_without_dejavu_a_pdf_is_made_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_fonts, "_FOLDERS", ())
    regular, bold = pdf_fonts._find_files()

    assert (regular.name, bold.name) == ("Vera.ttf", "VeraBd.ttf")
    assert regular.is_file()


@pytest.mark.parametrize("make", [make_docx, make_pdf, make_text, make_markdown])
def test_nothing_that_people_say_or_are_called_breaks_a_file(make: Any) -> None:
    kinds: list[Any] = ["title", "heading", "text", "item", "quote", "note", "said"]
    texts = ["", HOSTILE, SCRIPTS, "x" * 5000, "\n\n", "\U0010ffff\ue000", "{text}"]
    blocks = [Block(kind=kind, text=text, who=text, at="") for kind in kinds for text in texts]

    assert make(blocks)


async def test_subtitles_hold_what_was_said(told: Told) -> None:
    vtt = await export(told, "vtt")
    captions = webvtt.from_buffer(io.StringIO(vtt.text)).captions

    assert captions[0].text == "the price is too high"
    assert "00:00:00,000 --> 00:00:00,500\nBen: the price" in (await export(told, "srt")).text
    problem(await told.get("/export", format="srt", **{"with": "minutes"}), 422, "invalid")


async def test_json_holds_everything_for_programs(told: Told) -> None:
    content = json.loads((await export(told, "json", "transcript,minutes")).content)

    assert content["meeting"]["room_sid"] == told.room_sid
    assert [item["type"] for item in content["transcript"]] == ["segment", "gap", "segment"]
    assert content["minutes"]["title"] == "Acme and the price"
    assert "minutes" not in json.loads((await export(told, "json")).content)


async def test_what_cannot_be_given_is_refused(told: Told, front: Front) -> None:
    problem(await told.get("/export", format="exe"), 422, "invalid")
    problem(await told.get("/export", format="pdf", **{"with": "secrets"}), 422, "invalid")
    other = await told.get("/export", format="pdf", template="sales", **{"with": "minutes"})
    problem(other, 404, "minutes-not-found")
    empty = await meet(front, "RM_empty")
    assert (await empty.get("/export", format="pdf")).status_code == 200
    assert (await empty.get("/export", format="srt")).text == ""


async def test_a_room_that_others_have_named_writes_no_header_of_its_own(front: Front) -> None:
    name = 'x"; filename="evil.exe\r\nSet-Cookie: a=b\r\nü'
    store = front.app.state.desk.store
    await store.open_meeting("RM_odd", room_name=name, now_ms=1_900_000_000_000)

    answer = await front.client.get("/meetings/RM_odd/export", params={"format": "txt"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    expected = "x___filename__evil_exe__Set-Cookie__a_b___-2030-03-17.txt"
    assert answer.headers["content-disposition"] == f'attachment; filename="{expected}"'
