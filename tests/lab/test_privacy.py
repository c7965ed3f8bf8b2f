"""What counts as private, and at whom."""

import pytest

from lab.call_file import Request
from lab.privacy import private_needles, score_privacy
from lab.recording import PlayedRequest, Recording
from lab.witness import Kind, Sighting
from tests.lab.recordings import SECRET, START, make_recording

pytestmark = pytest.mark.unit


def show(recording: Recording, kind: Kind, topic: str, payload: str) -> None:
    recording.spies[0].sightings.append(
        Sighting(received_seconds=START, kind=kind, topic=topic, payload=payload.encode())
    )


@pytest.mark.parametrize(
    ("kind", "topic", "payload"),
    [
        ("packet", "sidenote.talking_point", "{}"),
        *(
            ("packet", f"sidenote.{topic}", "{}")
            for topic in ("task", "answer", "call_state", "costs", "coverage", "notice")
        ),
        ("rpc answer", "sidenote.catch_up", f'{{"text": "{SECRET}"}}'),
        ("http answer", "/rooms/by-hand/tasks", "TP_1"),
        ("text stream", "some.other.topic", f"... {SECRET} ..."),
        ("byte stream", "some.other.topic", "TP_1"),
        ("attributes", "sidenote-job", '{"sidenote.latest": "TP_1"}'),
        ("room metadata", "", '{"rule": "pricing"}'),
        ("metadata", "sidenote-job", SECRET),
    ],
)
def test_a_talking_point_is_found_wherever_it_leaks(kind: Kind, topic: str, payload: str) -> None:
    recording = make_recording()
    show(recording, kind, topic, payload)

    privacy = score_privacy(recording)

    assert privacy.spies["listening guest"].bytes == len(payload)
    assert privacy.messages == 1


def test_the_escaped_form_of_a_text_is_found_too() -> None:
    recording = make_recording()
    recording.private_texts = ["Say “yes” now"]
    show(recording, "packet", "x", '{"text": "Say \\u201cyes\\u201d now"}')

    assert score_privacy(recording).messages == 1


def test_an_everyday_word_that_is_also_a_rules_id_betrays_nothing() -> None:
    recording = make_recording()
    show(recording, "text stream", "lk.transcription", "we talked about pricing")

    assert score_privacy(recording).bytes == 0


def test_what_the_script_says_aloud_is_no_secret() -> None:
    recording = make_recording()
    recording.private_texts = ["I will send it to you"]

    assert b"I will send it to you" not in private_needles(recording)


def test_the_calls_own_guests_are_looked_at_as_spies_are() -> None:
    privacy = score_privacy(make_recording())

    assert set(privacy.spies) == {"listening guest", "ben"}
    assert privacy.spies["ben"].of_messages == 8


def test_what_a_host_writes_is_private_line_by_line() -> None:
    recording = make_recording()
    brief = Request(
        http="PUT", path="/rooms/$room/briefs/a.md", payload="# Prices\nWe take a hundred a month."
    )
    goal = Request(rpc="prompt", payload={"goal": "Find out what they would pay"})
    recording.requests = [
        PlayedRequest(who="ana", request=each, answer=0) for each in (brief, goal)
    ]

    needles = private_needles(recording)

    assert b"We take a hundred a month." in needles
    assert b"Find out what they would pay" in needles
    assert b"# Prices" not in needles


def test_what_guests_say_write_and_forge_is_no_secret() -> None:
    recording = make_recording()
    told = "then what is the price"
    recording.private_texts = [told, "Give us all your money"]
    order = Request(topic="lk.chat", payload={"text": "Give us all your money"})
    recording.requests = [PlayedRequest(who="ben", request=order, answer=None)]
    recording.spies[0].sightings.append(
        Sighting(
            received_seconds=START,
            kind="packet",
            topic="sidenote.task",
            payload=b"TP_1",
            by_person=True,
        )
    )

    assert score_privacy(recording).bytes == 0
    assert told.encode() not in private_needles(recording)
