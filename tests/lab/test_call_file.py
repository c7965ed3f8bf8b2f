"""What a call file may say, and what is told about one that cannot be used."""

from pathlib import Path

import pytest

from lab.call_file import (
    PAUSE_SECONDS,
    CallFile,
    CallFileError,
    EspeakVoice,
    load_call,
    parse_call,
)

pytestmark = pytest.mark.unit

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
        ("role: host", "role: guest", 4, "the call has no host", "role: host"),
        ("identity: ana", "identity: all", 5, "means everybody", "another"),
        ("identity: ana", "identity: nobody", 5, "means no one", "another"),
        ("voice: slt", "voice: sly", 5, "participants 1, voice", "Change its value"),
        ("voice: slt", "voice: {engine: espeak-ng}", 5, "voice, name is missing", "Add name:"),
        (
            "voice: slt",
            "voice: {engine: espeak-ng, name: en, spead: 9}",
            5,
            "no field participants 1, voice, spead",
            "engine, name, speed, pitch",
        ),
        (
            "voice: slt",
            "voice: {engine: espeak-ng, name: en, speed: 9}",
            5,
            "participants 1, voice, speed",
            "Change its value",
        ),
        ("voice: slt", "voice: null", 8, "'ana' has no voice", "a wav:"),
        ("voice: slt}", "voice: slt, joins: false}", 5, "'ana' never joins", "do: join"),
        ("at: 2", 'at: "2"', 9, "lines 1, at", "Change its value"),
        ("at: 2", "at: 2\n    gain_db: 30", 10, "lines 1, gain_db", "Change its value"),
        ("rule: pricing, ", "", 18, "either rule or text", "one of the two"),
        ("within_seconds: 2", "within_seconds: 2, to: [ben]", 18, "is a guest", "hosts only"),
        ("within_seconds: 2", "within_seconds: 2, to: []", 18, "to is empty", "at least one"),
        ("within_seconds: 2", "within_seconds: 0", 18, "within_seconds", "Change its value"),
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


@pytest.mark.parametrize(
    ("more", "reason", "remedy"),
    [
        ("noise: [{snr_db: 3}]", "either kind or file", "one of the two"),
        ("noise: [{kind: hum, file: a.wav, snr_db: 3}]", "either kind or file", "one of the two"),
        ("noise: [{kind: hum}]", "noise 1, snr_db is missing", "Add snr_db:"),
        ("noise: [{who: cleo, kind: hum, snr_db: 3}]", "'cleo' is no participant", "ana, ben"),
        ("events: [{do: dance, who: ana, at: 1}]", "events 1, do", "Change its value"),
        ("events: [{do: leave, who: ana}]", "one of at, with_line and after_line", "exactly one"),
        ("events: [{do: leave, who: ana, at: 1, after_line: 1}]", "one of at", "exactly one"),
        ("events: [{do: leave, at: 1}]", "leave needs somebody", "Add who:"),
        ("events: [{do: leave, who: cleo, at: 1}]", "'cleo' is no participant", "ana, ben"),
        ("events: [{do: kill_job, who: ana, at: 1}]", "nobody in the call", "Remove who"),
        ("events: [{do: leave, who: ana, with_line: 4}]", "no line 4", "1 to 3"),
        ("events: [{do: leave, who: ana, after_line: 0}]", "after_line", "Change its value"),
        ("events: [{do: leave, who: ana, at: 1, offset_seconds: 1}]", "no offset", "in at"),
        ("events: [{do: network, who: ana, at: 1}]", "what is wrong with it", "loss_percent:"),
        ("events: [{do: mute, who: ana, at: 1, delay_ms: 9}]", "only network", "do: network"),
        (
            "events: [{do: network, who: ana, at: 1, loss_percent: 101}]",
            "events 1, loss_percent",
            "Change its value",
        ),
        ("events: [{do: request, who: ana, at: 1}]", "go together", "Write both"),
        ("events: [{do: mute, who: ana, at: 1, requests: [{rpc: x}]}]", "go together", "both"),
        (
            "events: [{do: request, who: ana, at: 1, requests: [{rpc: x, topic: y}]}]",
            "one of rpc, topic, stream and http",
            "exactly one",
        ),
        (
            "events: [{do: request, who: ana, at: 1, requests: [{http: GET}]}]",
            "http and path go together",
            "both",
        ),
        (
            "events: [{do: request, who: ana, at: 1, requests: [{topic: x, answer: 0}]}]",
            "a message has no answer",
            "Remove answer",
        ),
        ("expectations: {heard: [{who: ben, words: hello}]}", "does not say 'hello'", "one say:"),
        (
            "expectations: {heard: [{who: ben, words: price, line: 1}]}",
            "does not say 'price' there",
            "one say:",
        ),
        ("expectations: {heard: [{who: ben, words: price, line: 9}]}", "no line 9", "1 to 3"),
        ("expectations: {max_latency: {}}", "no field expectations, max_latency", "max_latency_ms"),
        (
            "expectations: {max_latency_ms: {final: 9}}",
            "no field expectations, max_latency_ms, final",
            "speech_end_to_final",
        ),
        ("expectations: {first_words_kept: 1}", "first_words_kept", "Change its value"),
        (
            "expectations: {minutes: {decisions: [{words: the weather}]}}",
            "nobody says 'the weather'",
            "one say:",
        ),
        ("expectations: {minutes: {withdrawn: [the weather]}}", "nobody says", "one say:"),
        ("expectations: {minutes: {absent: [Cleo]}}", "nobody says 'Cleo'", "one say:"),
        ("expectations: {minutes: {absent: [ben]}}", "'ben' takes part", "who does not"),
        (
            "expectations: {minutes: {action_items: [{words: the price, who: cleo}]}}",
            "'cleo' is no participant",
            "ana, ben",
        ),
        (
            "expectations: {minutes: {action_items: [{words: the price, day: someday}]}}",
            "minutes, action_items 1, day",
            "Change its value",
        ),
        (
            "expectations: {minutes: {decisions: [{words: the price, who: ben}]}}",
            "no field expectations, minutes, decisions 1, who",
            "words, explicit",
        ),
    ],
)
def test_what_is_wrong_in_the_rest_is_told_with_line_reason_and_remedy(
    more: str, reason: str, remedy: str
) -> None:
    text = GOOD.split("expectations:")[0] + more + "\n"
    with pytest.raises(CallFileError) as caught:
        parse(text)
    assert caught.value.line == 16
    assert reason in caught.value.reason
    assert remedy.lower() in caught.value.remedy.lower()


def test_nobody_may_be_the_owner_of_an_action_item() -> None:
    planted = "minutes: {action_items: [{words: the price, who: nobody, day: none}]}"
    call = parse(GOOD.split("expectations:")[0] + f"expectations: {{{planted}}}\n")
    assert call.expectations.minutes
    (action,) = call.expectations.minutes.action_items
    assert (action.who, action.day, action.explicit) == ("nobody", "none", False)


def test_a_call_with_nothing_told_expects_what_is_promised() -> None:
    expected = parse(GOOD.split("expectations:")[0]).expectations
    assert (expected.talking_points, expected.max_invented_words) == ((), 0)
    assert expected.first_words_kept
    assert expected.last_words_kept
    assert expected.max_word_error_rate is None
    assert expected.max_latency_ms.speech_end_to_final is None


def test_noise_is_of_one_microphone_or_of_all() -> None:
    call = parse(
        GOOD + "noise: [{kind: hum, snr_db: 20}, {who: ben, file: street.flac, snr_db: 10}]\n"
    )
    assert [noise.kind for noise in call.noise_of("ana")] == ["hum"]
    assert [noise.kind for noise in call.noise_of("ben")] == ["hum", None]


def test_a_call_without_lines_is_refused() -> None:
    with pytest.raises(CallFileError, match=r"line 7: lines is empty\. Give it at least one entry"):
        parse(GOOD.split("lines:")[0] + "lines: []\n")


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        ("at: 4.5", 4.5),
        ("with_line: 2", 10.0),
        ("with_line: 2, offset_seconds: -1.5", 8.5),
        ("after_line: 2", 11.5),
        ("after_line: 2, offset_seconds: 1", 12.5),
        ("with_line: 1, offset_seconds: -9", 0.0),
    ],
)
def test_an_event_is_due_at_its_time_or_with_its_line(when: str, seconds: float) -> None:
    call = parse(GOOD + f"events: [{{do: mute, who: ben, {when}}}]\n")
    assert call.event_seconds(call.events[0], [2.0, 10.0, 20.0], [1.0, 1.5, 3.0]) == seconds


def test_a_voice_of_the_second_engine_has_its_usual_speed() -> None:
    call = parse(GOOD.replace("voice: rms", "voice: {engine: espeak-ng, name: en-us+f3}"))
    assert call.participant("ben").voice == EspeakVoice(
        engine="espeak-ng", name="en-us+f3", speed=150, pitch=50
    )


def test_who_joins_later_is_not_there_at_the_beginning() -> None:
    call = parse(
        GOOD.replace("voice: rms}", "voice: rms, joins: false}")
        + "events: [{do: join, who: ben, with_line: 2, offset_seconds: -1}]\n"
    )
    assert not call.participant("ben").joins


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
