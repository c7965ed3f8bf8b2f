"""What is remarked on in a call file that can be played, and still looks like a mistake."""

from pathlib import Path

import pytest

from lab.lint import Remark, lint_call

pytestmark = pytest.mark.unit

GOOD = """\
title: A call
purpose: Shows a call.
playbook: sales
participants:
  - {identity: ana, name: Ana, role: host, voice: slt}
  - {identity: ben, name: Ben, role: guest, voice: rms}
lines:
  - {who: ana, say: Hello Ben.}
  - {who: ben, say: What is the price}
events:
  - {do: mute, who: ana, at: 1}
expectations:
  talking_points:
    - {rule: pricing, line: the price}
"""
PLAYBOOK = """\
name: sales
rules:
  - {id: pricing, phrases: [the price], say: It depends.}
  - {id: budget, phrases: [budget], say: Ask.}
  - {id: promise, phrases: [I promise], heard_from: host, say: Careful.}
"""


def lint(folder: Path, text: str) -> list[Remark]:
    playbooks = folder / "playbooks"
    playbooks.mkdir(exist_ok=True)
    (playbooks / "sales.yaml").write_text(PLAYBOOK)
    path = folder / "call.yaml"
    path.write_text(text)
    return lint_call(path, playbooks)


def test_a_good_call_needs_no_remark(tmp_path: Path) -> None:
    assert lint(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "reason", "remedy"),
    [
        ("playbook: sales", "playbook: sails", 3, "there is no playbook", "Name a file"),
        ("rule: pricing", "rule: price", 14, "has no rule price", "pricing, budget"),
        ("rule: pricing", "rule: budget", 14, "line 2 holds no phrase of rule budget", "budget"),
        ("rule: pricing", "rule: promise", 14, "does not listen to 'ben'", "from a host"),
        ("line: the price", "line: what is", 14, "not what makes rule pricing", "its phrase"),
        ("Hello Ben.", "I promise.", 8, "line 1 says 'I promise'", "Expect that"),
        ("Hello Ben.", "I am 5.", 8, "number in digits", "in words"),
        ("Hello Ben.", "Hello " * 100, 8, "line 1 takes 38 s", "two lines"),
        (
            "ben, say: What",
            "ana, after: -0.5, say: I know that. What",
            9,
            "still says line 1",
            "later",
        ),
        ("voice: rms", "voice: rms, joins: false", 9, "'ben' is not in the call", "Move the line"),
        ("do: mute, who: ana, at: 1", "do: leave, who: ben, at: 0", 9, "not in the call", "Move"),
        ("at: 1}", "at: 99}", 11, "this comes at 99 s", "earlier"),
        ("do: mute, who: ana", "do: stop_media_server", 11, "never started again", "start_media"),
        (
            "    - {rule: pricing, line: the price}",
            "    - {rule: pricing, line: the price}\n  tasks:\n    - {what: the price}",
            16,
            "no host says 'the price'",
            "behind the wake word",
        ),
    ],
)
def test_what_looks_like_a_mistake_is_remarked_on(
    old: str, new: str, line: int, reason: str, remedy: str, tmp_path: Path
) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    if "joins: false" in new:
        text = text.replace("do: mute, who: ana, at: 1", "do: join, who: ben, at: 5")
    remarks = lint(tmp_path, text)
    found = [remark for remark in remarks if reason in remark.reason]
    assert len(found) == 1, [str(remark) for remark in remarks]
    assert found[0].line == line
    assert remedy in found[0].remedy
    assert not found[0].is_error


def test_who_has_a_voice_and_says_nothing_is_remarked_on(tmp_path: Path) -> None:
    cleo = "  - {identity: cleo, name: Cleo, role: guest, voice: awb}\nlines:\n"
    (remark,) = lint(tmp_path, GOOD.replace("lines:\n", cleo))
    assert (remark.line, remark.is_error) == (7, False)
    assert "never speaks" in remark.reason


def test_a_restart_of_the_media_server_needs_no_remark(tmp_path: Path) -> None:
    both = "do: stop_media_server, at: 1}\n  - {do: start_media_server, at: 2"
    assert lint(tmp_path, GOOD.replace("do: mute, who: ana, at: 1", both)) == []


def test_missing_recordings_are_errors(tmp_path: Path) -> None:
    text = GOOD.replace("say: Hello Ben.", "say: Hello Ben., wav: hello.wav")
    remarks = lint(tmp_path, text + "noise: [{file: street.wav, snr_db: 9}]\n")
    assert [(remark.line, remark.is_error) for remark in remarks] == [(8, True), (15, True)]
    assert "there is no file hello.wav" in str(remarks[0])


def test_a_file_that_is_no_call_is_one_error(tmp_path: Path) -> None:
    (remark,) = lint(tmp_path, GOOD.replace("title", "titel"))
    assert remark.is_error
    assert str(remark).startswith(f"{tmp_path / 'call.yaml'}, line 1: there is no field titel. ")
    (missing,) = lint_call(tmp_path / "none.yaml")
    assert (missing.is_error, missing.line) == (True, None)


def test_an_index_that_cannot_be_read_is_remarked_on(tmp_path: Path) -> None:
    (tmp_path / "call").mkdir()
    (tmp_path / "call" / "index.json").write_text("?")
    (remark,) = lint(tmp_path, GOOD)
    assert "remove it and render again" in remark.reason
    assert (remark.line, remark.is_error) == (None, False)


def test_a_talking_point_on_words_without_times_is_remarked_on(tmp_path: Path) -> None:
    row = (
        '{"file":"x","words":"x","voice":null,"seconds":1,"sha256":"","timing":"energy",'
        '"speech_start_seconds":0,"speech_end_seconds":1,"word_ends":[]}'
    )
    (tmp_path / "call").mkdir()
    (tmp_path / "call" / "index.json").write_text(f'{{"lines": [{row}, {row}]}}')
    (remark,) = lint(tmp_path, GOOD)
    assert remark.line == 14
    assert "no times are known" in remark.reason


def test_a_text_may_mean_any_rule(tmp_path: Path) -> None:
    assert lint(tmp_path, GOOD.replace("rule: pricing", "text: it depends")) == []


def test_a_request_of_somebody_who_has_left_is_remarked_on(tmp_path: Path) -> None:
    left = "do: leave, who: ben, after_line: 2}\n  - {do: request, who: ben, after_line: 2, "
    asks = left + "offset_seconds: 0.2, requests: [{topic: x}]"
    remarks = lint(tmp_path, GOOD.replace("do: mute, who: ana, at: 1", asks))
    (remark,) = [each for each in remarks if "asks for this" in each.reason]
    assert (remark.line, remark.is_error) == (12, False)
