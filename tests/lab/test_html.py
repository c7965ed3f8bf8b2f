"""The page of a call."""

import re
from html.parser import HTMLParser

import pytest

from lab.call_file import Event
from lab.html import make_page
from lab.recording import PlayedEvent
from lab.sabotage import SABOTAGES
from lab.score import score
from tests.lab.recordings import START, make_recording

pytestmark = pytest.mark.unit


class Balanced(HTMLParser):
    """Complains of elements that are not closed."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.readable: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if "tabindex" in told and tag == "g":
            self.readable.append(told["aria-label"] or "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    return parser


def test_the_page_shows_who_spoke_what_was_heard_and_what_the_host_was_told() -> None:
    recording = make_recording()
    event = Event.model_validate({"do": "hang_up", "who": "ben", "after_line": 4})
    recording.events.append(
        PlayedEvent(event=event, began_seconds=START + 23, done_seconds=START + 23.1)
    )

    readable = parsed(make_page(recording, score(recording))).readable

    assert "Ben says from 7.2 s to 10.2 s: one two three four five six" in readable
    assert any(label.startswith("final of Ana, 2") for label in readable)
    assert any("talking point pricing for Ana" in label for label in readable)
    assert any(label.startswith("hang up ben at 23.0 s") for label in readable)


def test_the_page_asks_nobody_for_anything() -> None:
    recording = make_recording()

    page = make_page(recording, score(recording))

    assert not re.search(r"""(src|href|url|@import)\s*[=(]""", page)
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")


def test_what_failed_stands_on_the_page() -> None:
    recording = make_recording()
    SABOTAGES["publish-final-twice"].spoil(recording)
    recording.sabotage = "publish-final-twice"

    page = make_page(recording, score(recording))

    assert "failed: 1" in page
    assert "duplicates: 1 finals" in page
    assert "spoiled on purpose: publish-final-twice" in page


def test_what_people_say_is_text_and_no_markup() -> None:
    recording = make_recording()
    title = "<script>alert(1)</script>"
    recording.call = recording.call.model_copy(update={"title": title})

    page = make_page(recording, score(recording))

    assert title not in page
    assert "&lt;script&gt;" in page
