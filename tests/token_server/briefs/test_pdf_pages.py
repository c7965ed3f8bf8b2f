"""PDFs that were made to do harm."""

import zlib

import pytest

from token_server.briefs.pdf_pages import MOST_CHARACTERS, read_pages

pytestmark = pytest.mark.unit


def make_pdf(shown: bytes, meaning: bytes, pages: int) -> bytes:
    """A PDF whose pages all show the same, in a font that says what an A means (UTF-16, hex)."""
    content = zlib.compress(b"BT /F1 12 Tf (" + shown + b") Tj ET")
    meanings = (
        b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar\n<41> <"
        + meaning
        + b">\nendbfchar endcmap"
    )
    kids = b" ".join(b"%d 0 R" % (6 + number) for number in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R "
        b"/Resources << /Font << /F1 4 0 R >> >> >>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 5 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(meanings), meanings),
        *[page] * pages,
    ]
    file = b"%PDF-1.4\n"
    for number, one in enumerate(objects, start=1):
        file += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    return file + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n0\n%%%%EOF" % (len(objects) + 1)


def test_a_small_file_that_unpacks_to_endless_text_is_read_no_further_than_it_may() -> None:
    file = make_pdf(b"A" * 2_000, b"0061" * 100, pages=20)

    read = read_pages(file)

    assert len(file) < 20_000
    assert sum(map(len, read)) == MOST_CHARACTERS + 1


@pytest.mark.parametrize("meaning", [b"D800", b"0000"])
def test_signs_that_no_store_takes_are_left_out(meaning: bytes) -> None:
    read = read_pages(make_pdf(b"yes A no", meaning, pages=1))

    assert isinstance(read, list)
    page = read[0]
    page.encode()
    assert page.replace("\ufffd", "").split() == ["yes", "no"]
    assert "\0" not in page
