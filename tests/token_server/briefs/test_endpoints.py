"""Documents that are given to rooms over HTTP."""

import io
from typing import Any

import httpx
import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from tests.token_server.front import Front, create, problem
from token_server.briefs.models import MOST_DOCUMENTS
from token_server.guards import DOCUMENT_BYTES, ROOM_BYTES

pytestmark = pytest.mark.room

TEXT, PDF = "text/markdown", "application/pdf"


class Briefs:
    """The documents of a new room, as its host handles them."""

    def __init__(self, front: Front, room: dict[str, Any]) -> None:
        self.room_name: str = room["room_name"]
        self._client = front.client
        self._path = f"/rooms/{room['room_name']}/briefs"
        self._headers = {"Authorization": f"Bearer {room['host']['invitation']}"}

    async def put(self, name: str, body: bytes, kind: str = TEXT) -> httpx.Response:
        headers = {**self._headers, "Content-Type": kind}
        return await self._client.put(f"{self._path}/{name}", content=body, headers=headers)

    async def list(self) -> list[dict[str, Any]]:
        answer = await self._client.get(self._path, headers=self._headers)
        documents: list[dict[str, Any]] = answer.json()["briefs"]
        return documents

    async def delete(self, name: str) -> httpx.Response:
        return await self._client.delete(f"{self._path}/{name}", headers=self._headers)


def make_pdf(*pages: str, password: str = "", owner_password: str = "") -> bytes:
    """A PDF with a line of text on each page."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(300, 300)
        resources = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        page[NameObject("/Resources")] = resources
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    if password or owner_password:
        writer.encrypt(password, owner_password or None, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.fixture
async def briefs(front: Front) -> Briefs:
    return Briefs(front, await create(front))


async def test_a_document_is_given_listed_replaced_and_taken_back(
    front: Front, briefs: Briefs
) -> None:
    first = await briefs.put("faq.md", b"# FAQ\n\nYes.\n")
    again = await briefs.put("faq.md", "preis: 5 €\n".encode())
    listed = await briefs.list()
    documents = await front.app.state.desk.store.list_documents(briefs.room_name)
    gone = await briefs.delete("faq.md")

    assert first.json()["lines"] == 3
    assert (again.status_code, again.json()["lines"]) == (200, 1)
    assert [one["document"] for one in listed] == ["faq.md"]
    assert [one.text for one in documents] == ["preis: 5 €\n"]
    assert gone.status_code == 204
    assert await briefs.list() == []
    problem(await briefs.delete("faq.md"), 404, "document-not-found")


async def test_a_pdf_is_read_page_by_page_whatever_it_is_declared_to_be(
    front: Front, briefs: Briefs
) -> None:
    body = make_pdf("Team costs 12 euro", "Setup is free")

    given = (await briefs.put("prices.pdf", body, "text/plain")).json()
    (document,) = await front.app.state.desk.store.list_documents(briefs.room_name)

    assert (given["by_page"], given["lines"]) == (True, 2)
    assert [page.strip() for page in document.text.split("\f")] == [
        "Team costs 12 euro",
        "Setup is free",
    ]


async def test_a_pdf_that_anybody_may_read_is_read_though_it_is_encrypted(briefs: Briefs) -> None:
    body = make_pdf("Team costs 12 euro", owner_password="only the owner may change it")

    assert (await briefs.put("prices.pdf", body, PDF)).status_code == 200


async def test_what_cannot_be_used_is_refused_with_the_reason(briefs: Briefs) -> None:
    async def refuse(body: bytes, status: int, code: str, kind: str = PDF) -> None:
        problem(await briefs.put("bad", body, kind), status, code)

    await refuse(make_pdf("secret", password="known to few"), 422, "document-encrypted")
    await refuse(make_pdf(""), 422, "document-empty")
    await refuse(make_pdf("text")[:200], 422, "document-unreadable")
    await refuse(b"%PDF-1.7\n" + b"(" * 50_000, 422, "document-unreadable")
    await refuse(b"", 422, "document-empty", TEXT)
    await refuse(b"  \n\n", 422, "document-empty", TEXT)
    await refuse(b"\x89PNG\r\n\x1a\n\0\0", 422, "document-unreadable", TEXT)
    await refuse("Preis: 5 €".encode("cp1252"), 422, "document-unreadable", TEXT)
    await refuse(b"a" * (DOCUMENT_BYTES + 1), 413, "too-large", TEXT)
    await refuse(b"a", 415, "not-document", "application/zip")
    assert await briefs.list() == []


async def test_a_room_has_no_more_documents_than_it_may(briefs: Briefs) -> None:
    for number in range(MOST_DOCUMENTS):
        assert (await briefs.put(f"{number}.txt", b"text")).status_code == 200

    problem(await briefs.put("more.txt", b"text"), 409, "brief-full")
    assert (await briefs.put("3.txt", b"other text")).status_code == 200
    assert len(await briefs.list()) == MOST_DOCUMENTS


async def test_a_guest_neither_sees_nor_gives_a_document(front: Front) -> None:
    room = await create(front, room_name="guarded")
    headers = {"Authorization": f"Bearer {room['guest']['invitation']}", "Content-Type": TEXT}

    problem(await front.client.get("/rooms/guarded/briefs", headers=headers), 403, "not-host")
    put = await front.client.put("/rooms/guarded/briefs/a.md", content=b"x", headers=headers)
    problem(put, 403, "not-host")
    delete = await front.client.delete("/rooms/guarded/briefs/a.md", headers=headers)
    problem(delete, 403, "not-host")
    assert await front.app.state.desk.store.list_documents("guarded") == []


async def test_the_next_room_of_a_name_has_nothing_of_the_brief_of_the_last(front: Front) -> None:
    briefs = Briefs(front, await create(front, room_name="reused"))
    await briefs.put("a.md", b"our lowest price")
    await front.client.delete("/rooms/reused")

    problem(await briefs.put("b.md", b"too late"), 410, "room-closed")
    await create(front, room_name="reused")

    assert await front.app.state.desk.store.list_documents("reused") == []


async def test_the_name_of_a_document_and_its_text_are_in_no_log_line(
    briefs: Briefs, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        await briefs.put("offer for Ben.md", b"our lowest price")
        await briefs.put("offer for Ben.md", b"%PDF-1.7 lowest")
        await briefs.delete("offer for Ben.md")

    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "PUT /rooms/" in text
    assert "Ben" not in "\n".join(line for line in text.splitlines() if "HTTP Request" not in line)
    assert "lowest" not in text


async def test_a_room_may_bring_its_brief(front: Front) -> None:
    long = "Team costs 30 dollars.\n" * 2000
    brief = [{"document": "prices.md", "text": long}, {"document": "faq.md", "text": "Yes.\fNo."}]
    briefs = Briefs(front, await create(front, brief=brief))

    assert {one["document"]: one["lines"] for one in await briefs.list()} == {
        "prices.md": 2000,
        "faq.md": 2,
    }
    assert (await briefs.put("faq.md", b"Perhaps.")).status_code == 200
    assert len(await briefs.list()) == 2


@pytest.mark.parametrize(
    "brief",
    [
        [{"document": "a.md", "text": "one"}, {"document": "a.md", "text": "two"}],
        [{"document": "a.md", "text": " \n"}],
        [{"document": "a\u202e.md", "text": "text"}],
        [{"document": "a.md", "text": "\0PNG"}],
        [{"document": "a.md"}],
        [{"document": f"{number}.md", "text": "text"} for number in range(MOST_DOCUMENTS + 1)],
    ],
)
async def test_a_room_with_a_brief_that_cannot_be_used_is_not_created(
    brief: list[dict[str, str]], front: Front
) -> None:
    wanted = {"room_name": "not-created", "brief": brief}
    answer = await front.client.post("/rooms", json=wanted)

    (error,) = problem(answer, 422, "invalid")["errors"]
    assert error["field"].startswith("brief")
    assert await front.app.state.desk.store.find_room("not-created") is None


async def test_the_brief_of_a_room_that_cannot_be_created_is_not_kept(front: Front) -> None:
    await create(front, room_name="taken", brief=[{"document": "a.md", "text": "ours"}])
    again = {"room_name": "taken", "brief": [{"document": "a.md", "text": "theirs"}]}
    problem(await front.client.post("/rooms", json=again), 409, "room-exists")

    (document,) = await front.app.state.desk.store.list_documents("taken")
    assert document.text == "ours"


async def test_a_brief_that_is_too_long_for_json_is_refused_with_the_way_to_give_it(
    front: Front,
) -> None:
    content = b" " * (ROOM_BYTES + 1)
    answer = await front.client.post(
        "/rooms", content=content, headers={"Content-Type": "application/json"}
    )
    assert "/briefs/" in problem(answer, 413, "too-large")["remedy"]


async def test_what_is_no_document_is_still_limited_as_everything_else(front: Front) -> None:
    answer = await front.client.post(
        "/tokens", content=b"x" * 20_000, headers={"Content-Type": "application/json"}
    )

    problem(answer, 413, "too-large")
