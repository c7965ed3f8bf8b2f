"""Says which expectations of a call file, and which promises of Sidenote, were not kept."""

from collections.abc import Iterator
from typing import Final

from lab.call_file import SERVER_ACTIONS, CallFile, find_words, spoken_words
from lab.recording import Recording
from lab.score_minutes import MINUTES_FAULTS
from lab.score_model import Score
from lab.score_survival import Outage
from lab.score_words import heard_in_line
from lab.witness import SeenTranscript

FINAL_P50_MS: Final = 1250.0
"""Unless a call file says more: half of the finals are there by then."""
FINAL_P95_MS: Final = 3000.0
"""And nearly all by then. With fewer than twenty finals this is the slowest one, and a machine
that is busy with something else must not fail a call: call files may ask for more."""
RECEIVED_SHARE: Final = 0.93
"""On a sound network so much of what is played must arrive; the rest is measuring in windows."""
RECEIVED_SECONDS: Final = 0.3
"""And so much may always be missing: some windows at the edges of a short line."""
LOST_SHARE: Final = 0.15
"""So much of a speaker's sound may lie outside the finals: breath and pauses at the edges."""
LOST_SECONDS: Final = 1.0
_BREAKING: Final = SERVER_ACTIONS | {"network", "reconnect", "reload"}
"""Events in which sound is lost on its way, whatever Sidenote does."""


def failures_of(score: Score, recording: Recording, finals: list[SeenTranscript]) -> list[str]:
    """Return what failed, each beginning with the name of its score; empty: all is well."""
    return [
        *_words(score, recording.call),
        *_heard(recording, finals),
        *_promises(score, recording.call),
        *_talking_points(score),
        *_told(score, recording.call),
        *_asked(score),
        *_minutes(score, recording.call),
        *_coverage(score, recording.call),
        *_survival(score),
        *_delays(score, recording.call),
    ]


def _words(score: Score, call: CallFile) -> Iterator[str]:
    words, expected = score.words, call.expectations
    rate, most = words.error_rate, expected.max_word_error_rate
    if rate is not None and most is not None and rate > most:
        yield f"words.error_rate: {rate:.1%} of the words are wrong, at most {most:.1%} may be"
    lines = ", ".join(str(number) for number in words.lines_losing_words)
    if expected.first_words_kept and words.first_words_lost:
        yield f"words.first_words_lost: {words.first_words_lost}, of the lines {lines}"
    if expected.last_words_kept and words.last_words_lost:
        yield f"words.last_words_lost: {words.last_words_lost}, of the lines {lines}"
    if words.invented_words > expected.max_invented_words:
        yield (
            f"words.invented_words: {words.invented_words} while nobody spoke, at most "
            f"{expected.max_invented_words} may be"
        )


def _heard(recording: Recording, finals: list[SeenTranscript]) -> Iterator[str]:
    call = recording.call
    for expected in call.expectations.heard:
        places = range(len(call.lines)) if expected.line is None else [expected.line - 1]
        wanted = spoken_words(expected.words)
        if not any(
            call.lines[place].who == expected.who
            and find_words(heard_in_line(recording, finals, place), wanted, expected.misheard)
            is not None
            for place in places
        ):
            yield f"words.heard: {expected.words!r} of {expected.who} stands in no final"
    for phrase in call.expectations.not_heard:
        count = sum(
            find_words(spoken_words(seen.text), spoken_words(phrase)) is not None for seen in finals
        )
        if count:
            yield f"words.not_heard: {phrase!r} stands in {count} finals"


def _promises(score: Score, call: CallFile) -> Iterator[str]:
    if score.attribution:
        yield f"attribution: {score.attribution} finals under the wrong speaker"
    if score.duplicates:
        yield f"duplicates: {score.duplicates} finals or talking points were seen twice"
    if call.expectations.in_order and score.order:
        yield f"order: {score.order} finals came after one that was said later"
    if score.malformed:
        yield f"malformed: {score.malformed} messages do not fit the protocol in wire/"
    if score.privacy.bytes:
        who = ", ".join(name for name, seen in score.privacy.spies.items() if seen.bytes)
        yield f"privacy: {score.privacy.bytes} private bytes were seen by {who}"


def _talking_points(score: Score) -> Iterator[str]:
    points = score.talking_points
    for name in ("missed", "late", "twice", "unexpected", "other_writer"):
        if labels := getattr(points, name):
            yield f"talking_points.{name}: {', '.join(labels)}"


def _told(score: Score, call: CallFile) -> Iterator[str]:
    told, most = score.told, call.expectations.max_talking_points
    for name in ("unsupported", "unfinished", "said_twice"):
        if labels := getattr(told, name):
            yield f"told.{name}: {', '.join(labels)}"
    if most is not None and told.most > most:
        yield f"told.most: a host got {told.most} talking points, at most {most} may come"


def _asked(score: Score) -> Iterator[str]:
    for name in ("missed", "twice", "unexpected", "wrong_state"):
        if labels := getattr(score.tasks, name):
            yield f"tasks.{name}: {', '.join(labels)}"
    if score.requests.wrong:
        yield f"requests.wrong: {', '.join(score.requests.wrong)}"
    if score.leaked:
        yield f"leaked: {', '.join(score.leaked)}"


def _minutes(score: Score, call: CallFile) -> Iterator[str]:
    if score.minutes is None:
        return
    wanted = call.expectations.minutes_by
    writers = len(score.minutes.written_by)
    if score.minutes.wait_seconds is None:
        yield "minutes.late: they were not there in time"
    elif wanted is not None and writers != wanted:
        yield f"minutes.written_by: {writers} models wrote them, not {wanted}"
    for name in MINUTES_FAULTS:
        if labels := getattr(score.minutes, name):
            yield f"minutes.{name}: {', '.join(labels)}"


def _coverage(score: Score, call: CallFile) -> Iterator[str]:
    broken = any(event.do in _BREAKING for event in call.events)
    keeps_all = call.expectations.first_words_kept and call.expectations.last_words_kept
    for who, seen in score.coverage.items():
        received, played = seen.received_seconds, seen.played_seconds
        least = min(played * RECEIVED_SHARE, played - RECEIVED_SECONDS)
        if not broken and received is not None and received < least:
            yield f"coverage.received: {received:.1f} of {played:.1f} s of {who} arrived"
        if keeps_all and seen.lost_seconds > max(LOST_SECONDS, played * LOST_SHARE):
            yield f"coverage.lost: {seen.lost_seconds:.1f} of {played:.1f} s of {who} have no text"


def _delays(score: Score, call: CallFile) -> Iterator[str]:
    limits = call.expectations.max_latency_ms.model_dump()
    for name, latency in score.latency_ms.items():
        most = limits.get(name)
        if name == "speech_end_to_final" and most is None:
            most = FINAL_P95_MS
            if latency.p50 is not None and latency.p50 > FINAL_P50_MS:
                yield f"latency_ms.{name}: p50 {latency.p50:.0f}, at most {FINAL_P50_MS:.0f}"
        if most is not None and latency.p95 is not None and latency.p95 > most:
            yield f"latency_ms.{name}: p95 {latency.p95:.0f}, at most {most:.0f}"


def _survival(score: Score) -> Iterator[str]:
    survived = score.survival
    if survived is None:
        return
    for place, lines in (("store", survived.lost_in_store), ("reader", survived.lost_at_reader)):
        if lines:
            yield f"survival.lost: the {place} lacks lines {', '.join(map(str, lines))}"
    if survived.twice:
        yield f"survival.twice: {survived.twice} finals are in the store a second time"
    if survived.order:
        yield f"survival.order: {survived.order} finals are numbered after one said later"
    if survived.gaps_not_read:
        yield f"survival.gaps_not_read: a page is not told of {survived.gaps_not_read} gaps"
    for one in survived.outages:
        yield from _outage(one)


def _outage(one: Outage) -> Iterator[str]:
    when = f"{one.do} at {one.at_seconds:.1f} s"
    if one.back_seconds is None:
        yield f"survival.back: no agent came after {when}"
    if one.must_be_marked and not one.gap_seconds:
        yield f"survival.unmarked: {when} has no gap"
    if one.gap_seconds > one.most_gap_seconds:
        most = one.most_gap_seconds
        yield f"survival.gap: {when}: {one.gap_seconds:.1f} s are marked, at most {most:.1f} may be"
