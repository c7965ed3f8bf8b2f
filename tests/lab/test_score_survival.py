"""What a call in which parts were killed must keep: each score is right, and can fail."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from lab.aftermath import Aftermath
from lab.call_file import CallFile, Event
from lab.recording import PlayedEvent, Recording
from lab.score import score
from lab.score_survival import Survival, score_survival
from tests.lab.recordings import CALL, START, make_recording
from wire.gap import Gap

pytestmark = pytest.mark.unit

KILL = 10.9
"""Between the second line, which is over at 10.2 s, and the third, which begins at 14.2 s."""
EVERY_LINE = 4


def gap(start: float, end: float) -> Gap:
    return Gap(
        started_at_ms=round((START + start) * 1000),
        ended_at_ms=round((START + end) * 1000),
        reason="agent_away",
        transcript_sequence=9,
    )


def killed(
    do: str = "kill_job",
    *,
    at: float = KILL,
    back: float | None = 2.5,
    gaps: Sequence[Gap] = (gap(KILL - 0.3, KILL + 2.5),),
    **expectations: Any,
) -> Recording:
    """A recording in which a part was killed, and another agent came; all else went well."""
    content = CALL.model_dump()
    content["expectations"] |= {"minutes": None, **expectations}
    recording = make_recording(CallFile.model_validate(content))
    recording.minutes = None
    finals = [seen for seen in recording.hosts[0].transcripts if seen.attributes.final]
    recording.events.append(
        PlayedEvent(
            event=Event(do=do, at=at), began_seconds=START + at, done_seconds=START + at + 0.1
        )
    )
    recording.aftermath = Aftermath(
        stored=list(finals), gaps=list(gaps), read=list(finals), read_gaps=list(gaps)
    )
    host = recording.hosts[0]
    host.listening.append((START - 2.0, "agent-1"))
    if back is not None:
        host.listening.append((START + at + back, "agent-2"))
    return recording


def survival(recording: Recording) -> Survival:
    found = score_survival(recording)
    assert found is not None
    return found


def failures(recording: Recording) -> list[str]:
    return [told for told in score(recording).failures if told.startswith("survival")]


def test_a_call_that_survives_passes_and_is_measured() -> None:
    recording = killed()

    found = survival(recording)

    (outage,) = found.outages
    assert (outage.do, outage.at_seconds, outage.back_seconds) == ("kill_job", KILL, 2.5)
    assert outage.gap_seconds == pytest.approx(2.8)
    assert (found.lines, found.lines_in_gaps) == (EVERY_LINE, 0)
    result = score(recording)
    assert result.failures == []
    assert result.latency_ms["kill_to_agent"].max == 2500.0


def test_a_call_in_which_nothing_was_killed_has_no_such_score() -> None:
    recording = make_recording()

    assert score_survival(recording) is None
    assert "kill_to_agent" not in score(recording).latency_ms


def test_a_line_that_the_store_lacks_is_lost() -> None:
    recording = killed()
    assert recording.aftermath
    del recording.aftermath.stored[1]

    assert survival(recording).lost_in_store == [2]
    assert failures(recording) == ["survival.lost: the store lacks lines 2"]


def test_a_line_of_which_the_store_has_the_first_half_only_is_lost() -> None:
    recording = killed()
    assert recording.aftermath
    whole = recording.aftermath.stored[1]
    told = whole.attributes
    middle = (told.started_at_ms + told.ended_at_ms) // 2
    recording.aftermath.stored[1] = replace(
        whole, attributes=told.model_copy(update={"ended_at_ms": middle})
    )

    assert survival(recording).lost_in_store == [2]


def test_a_line_that_no_host_saw_and_no_page_is_given_is_lost_to_readers() -> None:
    recording = killed()
    assert recording.aftermath
    missing = recording.aftermath.read.pop(2)
    host = recording.hosts[0]
    host.transcripts[:] = [
        seen
        for seen in host.transcripts
        if seen.attributes.segment_id != missing.attributes.segment_id
    ]

    assert survival(recording).lost_at_reader == [3]
    assert "survival.lost: the reader lacks lines 3" in failures(recording)


def test_a_line_that_came_live_or_comes_with_the_page_is_read() -> None:
    recording = killed()
    assert recording.aftermath
    recording.aftermath.read.clear()

    assert survival(recording).lost_at_reader == []


def test_a_line_in_a_gap_or_cut_by_it_does_not_count() -> None:
    wholly = killed(at=6.0, back=5.0, gaps=[gap(6.0, 11.0)])
    cut = killed(at=8.0, back=3.0, gaps=[gap(7.0, 11.0)])
    for recording in (wholly, cut):
        assert recording.aftermath
        del recording.aftermath.stored[1]

        found = survival(recording)

        assert (found.lines, found.lines_in_gaps, found.lost_in_store) == (3, 1, [])


def test_a_line_that_was_cut_and_is_in_no_gap_is_lost() -> None:
    recording = killed(at=8.0, back=3.0, gaps=[gap(10.9, 11.0)])
    assert recording.aftermath
    del recording.aftermath.stored[1]

    assert survival(recording).lost_in_store == [2]


def test_a_final_that_is_kept_twice_is_counted() -> None:
    recording = killed()
    assert recording.aftermath
    first = recording.aftermath.stored[0]
    told = first.attributes.model_copy(update={"segment_id": "SG_again"})
    recording.aftermath.stored.insert(1, replace(first, attributes=told))

    assert failures(recording) == ["survival.twice: 1 finals are in the store a second time"]


def test_a_final_that_is_numbered_behind_a_later_one_is_out_of_order() -> None:
    recording = killed()
    assert recording.aftermath
    recording.aftermath.stored.reverse()

    assert survival(recording).order == EVERY_LINE - 1
    assert failures(recording)[0].startswith("survival.order: 3 finals")


def test_an_outage_without_a_gap_fails() -> None:
    assert failures(killed(gaps=[])) == ["survival.unmarked: kill_job at 10.9 s has no gap"]


def test_an_outage_of_less_than_a_second_needs_no_gap() -> None:
    assert failures(killed(back=0.9, gaps=[])) == []


def test_a_gap_longer_than_the_outage_fails() -> None:
    allowed = killed(gaps=[gap(KILL - 0.9, KILL + 2.5)])
    too_long = killed(gaps=[gap(KILL - 5.0, KILL + 2.5)])

    assert failures(allowed) == []
    assert failures(too_long) == [
        "survival.gap: kill_job at 10.9 s: 7.5 s are marked, at most 7.2 may be"
    ]


def test_a_gap_may_begin_with_the_line_that_was_being_said() -> None:
    recording = killed(at=9.0, back=2.0, gaps=[gap(7.2, 11.0)])

    assert failures(recording) == []


def test_an_agent_that_never_comes_back_fails() -> None:
    recording = killed(back=None)

    assert survival(recording).outages[0].back_seconds is None
    assert "survival.back: no agent came after kill_job at 10.9 s" in failures(recording)


def test_the_ghost_of_the_dead_agent_is_not_its_successor() -> None:
    recording = killed(back=None)
    recording.hosts[0].listening.append((START + KILL + 1, "agent-1"))

    assert survival(recording).outages[0].back_seconds is None


def test_after_a_restart_of_the_media_server_the_same_agent_may_come_back() -> None:
    recording = killed("kill_media_server", back=None)
    recording.hosts[0].listening.append((START + KILL + 1, "agent-1"))

    assert survival(recording).outages[0].back_seconds == 1.0


@pytest.mark.parametrize("do", ["kill_token_server", "kill_store"])
def test_an_agent_that_stays_is_back_at_once_and_nothing_may_be_marked(do: str) -> None:
    stayed = killed(do, back=None, gaps=[])
    marked = killed(do, back=None)

    assert survival(stayed).outages[0].back_seconds == 0.0
    assert failures(stayed) == []
    assert failures(marked)[0].endswith("2.8 s are marked, at most 0.0 may be")


def test_a_worker_that_is_asked_to_end_hands_over_within_a_second() -> None:
    without = killed("stop_worker", gaps=[])
    short = killed("stop_worker", gaps=[gap(KILL, KILL + 0.9)])
    long = killed("stop_worker", gaps=[gap(KILL, KILL + 1.1)])

    assert failures(without) == failures(short) == []
    assert failures(long)[0].startswith("survival.gap: stop_worker")


def test_each_outage_has_its_own_gap_and_its_own_successor() -> None:
    recording = killed(gaps=[gap(KILL, 13.0), gap(22.6, 24.0)], back=2.0)
    recording.events.append(
        PlayedEvent(
            event=Event(do="kill_job", at=22.7),
            began_seconds=START + 22.7,
            done_seconds=START + 22.8,
        )
    )
    recording.spies[0].listening.append((START + 24.0, "agent-3"))

    first, second = survival(recording).outages

    assert (first.back_seconds, second.back_seconds) == (2.0, 1.3)
    assert (first.gap_seconds, second.gap_seconds) == (2.1, 1.4)


def test_a_slow_successor_fails_the_limit_of_the_call() -> None:
    recording = killed(max_latency_ms={"kill_to_agent": 2000})

    assert score(recording).failures == ["latency_ms.kill_to_agent: p95 2500, at most 2000"]


def test_a_gap_that_a_page_is_not_told_of_fails() -> None:
    recording = killed()
    assert recording.aftermath
    recording.aftermath.read_gaps.clear()

    assert failures(recording) == ["survival.gaps_not_read: a page is not told of 1 gaps"]
