"""What a call file may say, and what is told about one that cannot be used."""

from pathlib import Path

import pytest

from lab.call_file import (
    PAUSE_SECONDS,
    CallFile,
    CallFileError,
    find_words,
    load_call,
    parse_call,
    spoken_words,
)

pytestmark = pytest.mark.unit

SALES = Path(__file__).parents[2] / "lab" / "calls" / "sales.yaml"

GOOD = """\
title: A call
purpose: Shows a call.
playbook: sales
participants:
  - {identity: ana, name: Ana, role: host, voice: slt}
  - {identity: ben, name: Ben, role: guest, voice: rms}
lines:
  - who: ana
    at: 2
    say: Hello Ben.
  - who: ben
    say: What is the price?
  - who: ana
    after: -0.5
    say: It depends.
expectations:
  talking_points:
    - {rule: pricing, line: the price, within_seconds: 2}
"""


def parse(text: str) -> CallFile:
    return parse_call(text, Path("call.yaml"))


def wrong(old: str, new: str) -> CallFileError:
    assert GOOD.count(old) >= 1
    with pytest.raises(CallFileError) as caught:
        parse(GOOD.replace(old, new, 1))
    return caught.value


def test_lines_start_at_their_time_or_after_the_line_before() -> None:
    starts = parse(GOOD).starts_seconds([1.0, 3.0, 1.5])
    assert starts == pytest.approx([2.0, 3.0 + PAUSE_SECONDS, 6.0 + PAUSE_SECONDS - 0.5])


def test_an_overlap_never_starts_before_the_call() -> None:
    call = parse(GOOD.replace("at: 2", "after: -9"))
    assert call.starts_seconds([1.0, 1.0, 1.0])[0] == 0.0


def test_a_talking_point_names_its_line_by_words_or_by_number() -> None:
    by_words = parse(GOOD)
    by_number = parse(GOOD.replace("line: the price", "line: 2"))
    assert by_words.lines_meant(by_words.expectations.talking_points[0]) == [1]
    assert by_number.lines_meant(by_number.expectations.talking_points[0]) == [1]


def test_expectations_may_be_left_out() -> None:
    assert parse(GOOD.split("expectations:")[0]).expectations.talking_points == ()


def test_a_participant_who_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        parse(GOOD).participant("cleo")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason", "remedy"),
    [
        ("at: 2", "att: 2", 9, "no field lines 1, att", "who, at, after, say"),
        ("role: host", "role: boss", 5, "participants 1, role", "Change its value"),
        ("purpose: Shows a call.\n", "", 1, "purpose is missing", "Add purpose:"),
        ("    say: What is the price?\n", "", 11, "lines 2, say is missing", "Add say:"),
        ("who: ben", "who: cleo", 11, "'cleo' is no participant", "ana, ben"),
        ("identity: ben", "identity: ana", 6, "'ana' is taken", "his own"),
        ("identity: ben", "identity: Ben B", 6, "cannot be used as a name", "small letters"),
        ("after: -0.5", "after: 1\n    at: 4", 13, "either at or after", "Remove one"),
        ("at: 2", "at: soon", 9, "lines 1, at", "Change its value"),
        ("at: 2", "at: .inf", 9, "lines 1, at", "Change its value"),
        ("line: the price", "line: the weather", 18, "means no lines", "1 to 3"),
        ("line: the price", "line: 4", 18, "4 means no lines", "1 to 3"),
        ("It depends.", "The price depends.", 18, "means 2 lines", "words that one line has"),
        ("line: the price", "line: [1]", 18, "talking_points 1, line", "Change its value"),
        ("say: Hello Ben.", "say: Hello Ben: you", 10, "it is not YAML", "quote a text"),
        ("say: Hello Ben.", "say: Hello.\n    say: Ben.", 11, "say stands twice", "Keep one"),
        ("title: A call", "- a list", 2, "it is not YAML", "Mend it"),
    ],
)
def test_what_is_wrong_is_told_with_line_reason_and_remedy(
    old: str, new: str, line: int, reason: str, remedy: str
) -> None:
    error = wrong(old, new)
    assert error.line == line
    assert reason in error.reason
    assert remedy.lower() in error.remedy.lower()
    assert str(error).startswith(f"call.yaml, line {line}: ")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "\x00"])
def test_a_file_that_is_no_call_is_refused(text: str) -> None:
    with pytest.raises(CallFileError):
        parse(text)


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(CallFileError, match=r"none\.yaml: there is no such file"):
        load_call(tmp_path / "none.yaml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    path.write_bytes(GOOD.replace("Hello", "Holá").encode("latin-1"))
    with pytest.raises(CallFileError, match="UTF-8"):
        load_call(path)


def test_words_are_compared_without_signs_and_capitals() -> None:
    assert spoken_words("It\N{RIGHT SINGLE QUOTATION MARK}s twenty-one, Ben!") == [
        "it's",
        "twenty",
        "one",
        "ben",
    ]


def test_words_are_found_only_in_a_row_and_whole() -> None:
    words = ["the", "price", "of", "the", "prize"]
    assert find_words(words, ["the", "prize"]) == 3
    assert find_words(words, ["price", "the"]) is None
    assert find_words(words, ["pri"]) is None
    assert find_words(words, []) is None


def test_the_sales_call_expects_five_talking_points_from_the_guest() -> None:
    call = load_call(SALES)
    expected = call.expectations.talking_points
    assert len({point.rule for point in expected}) == len(expected) == 5
    for point in expected:
        (index,) = call.lines_meant(point)
        assert call.participant(call.lines[index].who).role == "guest"
