"""What is allowed in a call file, and still likely a mistake."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lab.call_file import PAUSE_SECONDS, CallFile, find_words, spoken_words
from lab.playbook_rules import PlaybookRule, PlaybookRules
from lab.timetable import Timetable, is_present, time_events
from lab.voices import VoiceIndex
from lab.yaml_places import Place

LONG_LINE_SECONDS: Final = 30.0

Noticed = tuple[Place, str, str]
"""Where in the file, why, and what to do."""


def missing_files(call: CallFile, folder: Path) -> Iterator[Noticed]:
    """Tell which recordings are not there; paths begin at the call file's folder."""
    remedy = f"Write its path from {folder or '.'}, or put the file there"
    for index, line in enumerate(call.lines):
        if line.wav is not None and not (folder / line.wav).is_file():
            yield ("lines", index, "wav"), f"there is no file {line.wav}", remedy
    for index, noise in enumerate(call.noise):
        if noise.file is not None and not (folder / noise.file).is_file():
            yield ("noise", index, "file"), f"there is no file {noise.file}", remedy


def silent_participants(call: CallFile) -> Iterator[Noticed]:
    """Tell who has a voice and never speaks."""
    speakers = {line.who for line in call.lines}
    for index, participant in enumerate(call.participants):
        if participant.voice is not None and participant.identity not in speakers:
            reason = f"{participant.identity!r} has a voice and never speaks"
            remedy = "Give him a line, or remove his voice if he only listens"
            yield ("participants", index), reason, remedy


def unusual_lines(call: CallFile, timetable: Timetable, voices: VoiceIndex) -> Iterator[Noticed]:
    """Tell which lines are long, overlap with the same speaker's, or are said by the absent."""
    busy_until: dict[str, tuple[float, int]] = {}
    events = time_events(call, timetable)
    for index, (line, start, end) in enumerate(
        zip(call.lines, timetable.starts_seconds, timetable.ends_seconds, strict=True)
    ):
        place = ("lines", index)
        if end - start > LONG_LINE_SECONDS:
            reason = f"line {index + 1} takes {end - start:.0f} s"
            yield place, reason, "Nobody speaks that long without a pause: make it two lines"
        until, other = busy_until.get(line.who, (0.0, 0))
        if start < until - 0.01:
            reason = f"{line.who!r} still says line {other} when line {index + 1} begins"
            remedy = f"Start it {until - start + PAUSE_SECONDS:.1f} s later; until then it waits"
            yield place, reason, remedy
        busy_until[line.who] = max((end, index + 1), (until, other))
        if not is_present(call, events, line.who, start):
            reason = f"{line.who!r} is not in the call when line {index + 1} begins"
            yield place, reason, "Move the line, or the event by which he comes or goes"
        if any(letter.isdigit() for letter in line.say):
            reason = f"line {index + 1} holds a number in digits"
            yield (*place, "say"), reason, "Write it in words: that is what is heard"
    yield from _untimed(call, voices)


def _untimed(call: CallFile, voices: VoiceIndex) -> Iterator[Noticed]:
    untimed = {line.file for line in voices.lines if line.timing == "energy"}
    for index, expected in enumerate(call.expectations.talking_points):
        (meant,) = call.lines_meant(expected)
        if meant < len(voices.lines) and voices.lines[meant].file in untimed:
            reason = f"no times are known for the words of line {meant + 1}"
            remedy = "within_seconds counts from the end of the line; check its words in say:"
            yield ("expectations", "talking_points", index), reason, remedy


def unusual_events(call: CallFile, timetable: Timetable) -> Iterator[Noticed]:
    """Tell which events come after the call, or leave it without its media server."""
    for index, (due, event) in enumerate(time_events(call, timetable, in_order=False)):
        if due > timetable.end_seconds:
            reason = f"the call ends at {timetable.end_seconds:.0f} s, this comes at {due:.0f} s"
            yield ("events", index), reason, "Let it happen earlier, or add a line after it"
        started = any(
            other.do == "start_media_server" and later >= due
            for later, other in time_events(call, timetable)
        )
        if event.do == "stop_media_server" and not started:
            reason = "the media server is never started again"
            yield ("events", index), reason, "Add an event {do: start_media_server, ...}"


def unlikely_tasks(call: CallFile) -> Iterator[Noticed]:
    """Tell which expected tasks no host asks for: nobody else may."""
    hosts = {each.identity for each in call.participants if each.role == "host"}
    said = [spoken_words(line.say) for line in call.lines if line.who in hosts]
    for index, expected in enumerate(call.expectations.tasks):
        wanted = spoken_words(expected.what)
        if not any(find_words(words, wanted) is not None for words in said):
            place = ("expectations", "tasks", index, "what")
            reason = f"no host says {expected.what!r}"
            yield place, reason, "Let a host say it behind the wake word, or expect other words"


def unusual_requests(call: CallFile, timetable: Timetable) -> Iterator[Noticed]:
    """Tell who asks for something while he is not in the call."""
    events = time_events(call, timetable)
    for index, (due, event) in enumerate(time_events(call, timetable, in_order=False)):
        absent = event.who is not None and not is_present(call, events, event.who, due)
        if event.do == "request" and absent:
            reason = f"{event.who!r} is not in the call when he asks for this"
            remedy = "Move the event, or the one by which he comes or goes"
            yield ("events", index), reason, remedy


def unlikely_talking_points(call: CallFile, rules: PlaybookRules) -> Iterator[Noticed]:
    """Tell which expectations the playbook cannot fulfil."""
    for index, expected in enumerate(call.expectations.talking_points):
        if expected.rule is None:
            continue
        place = ("expectations", "talking_points", index)
        rule = rules.find(expected.rule)
        if rule is None:
            known = ", ".join(each.id for each in rules.rules)
            reason = f"the playbook {call.playbook} has no rule {expected.rule}"
            yield (*place, "rule"), reason, f"Its rules are: {known}"
            continue
        (meant,) = call.lines_meant(expected)
        line = call.lines[meant]
        role = call.participant(line.who).role
        if not rule.listens_to(role):
            reason = f"rule {rule.id} does not listen to {line.who!r}, who is a {role}"
            yield place, reason, f"Expect it from a {rule.heard_from}, or change its heard_from"
        elif not _speaks(rules, rule, line.say, role):
            reason = f"line {meant + 1} holds no phrase of rule {rule.id}"
            yield place, reason, f"Let it say one of: {', '.join(rule.phrases)}"
        elif isinstance(expected.line, str) and not _speaks(rules, rule, expected.line, role):
            reason = f"{expected.line!r} is not what makes rule {rule.id} speak"
            remedy = "Write its phrase: within_seconds counts from the end of these words"
            yield (*place, "line"), reason, remedy


def unexpected_talking_points(call: CallFile, rules: PlaybookRules) -> Iterator[Noticed]:
    """Tell which lines make the playbook speak though nobody expects it."""
    wanted = call.expectations.talking_points
    if any(expected.text is not None for expected in wanted):
        return  # such an expectation may mean any rule
    expected_rules = {expected.rule for expected in wanted}
    for index, line in enumerate(call.lines):
        for rule, phrase in rules.triggered(line.say, call.participant(line.who).role):
            if rule.id not in expected_rules:
                reason = f"line {index + 1} says {phrase!r}, which makes rule {rule.id} speak"
                remedy = "Expect that talking point, or say it in other words"
                yield ("lines", index), reason, remedy


def _speaks(rules: PlaybookRules, rule: PlaybookRule, text: str, role: str) -> bool:
    return any(found.id == rule.id for found, _ in rules.triggered(text, role))
