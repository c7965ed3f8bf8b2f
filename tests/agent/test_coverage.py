from dataclasses import dataclass, field

import pytest

from agent.coverage import MARKED_SECONDS, UNHEARD_SECONDS, Counts, Coverage
from agent.coverage_watch import CoverageWatch
from agent.publisher import Publisher
from records import Store, StoreUnavailableError
from tests.agent.test_publisher import EmptyRoom
from wire.coverage import CoverageReport, Notice

pytestmark = pytest.mark.unit


@dataclass(eq=False)
class Track:
    """A track with the figures that a test gives it."""

    figures: Counts = field(default_factory=Counts)
    unheard: float = 0.0
    loud_at: float = float("-inf")

    def counts(self) -> Counts:
        return self.figures

    def speech_without_text_seconds(self, now: float) -> float:
        return self.unheard

    def is_silent_since(self) -> float:
        return self.loud_at


def counts(**seconds: float) -> Counts:
    made = Counts()
    for name, value in seconds.items():
        if name in ("queue_full", "provider_down", "consent"):
            made.dropped[name] = value  # type: ignore[index]
        else:
            setattr(made, name, value)
    return made


@pytest.fixture
def coverage() -> Coverage:
    opened = Coverage()
    opened.meet("ben", "Ben")
    return opened


async def test_coverage_that_the_store_did_not_take_comes_again_with_the_next_report(
    coverage: Coverage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    publisher = Publisher(
        room=EmptyRoom(),  # type: ignore[arg-type]
        hosts=list,
        last_sequence=0,
    )
    watch = CoverageWatch(
        coverage, publisher=publisher, store=store, room_sid="RM_1", job_id="AJ_1", now=lambda: 1.0
    )

    async def away(*_: object) -> None:
        raise StoreUnavailableError("the store is away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "put_coverage", away)
        await watch.report()
    await watch.report()
    assert [one.identity for one in await store.list_coverage("RM_1")] == ["ben"]


def told(notices: list[Notice]) -> list[tuple[str, bool]]:
    return [(notice.id, notice.over) for notice in notices]


def test_whoever_was_met_has_a_line_and_nothing_in_it_without_a_track(coverage: Coverage) -> None:
    coverage.meet("ana", "Ana")
    coverage.meet("ana", "Ana B.")
    report = coverage.report()
    assert [(one.identity, one.name) for one in report] == [("ana", "Ana B."), ("ben", "Ben")]
    assert {one.received_seconds for one in report} == {0}
    assert report[0].dropped_seconds == {}


def test_seconds_of_tracks_past_and_present_are_added_once(coverage: Coverage) -> None:
    first = Track(
        counts(received=10, silent=6, sent=3, recognized=2, without_text=1, provider_down=1)
    )
    coverage.begin("ben", first)
    assert coverage.report()[0].received_seconds == 10
    coverage.end("ben", first)
    second = Track(
        counts(received=5, silent=1, sent=3, recognized=3, provider_down=0.5, consent=0.5)
    )
    coverage.begin("ben", second)
    for _ in range(3):
        (line,) = coverage.report()
    assert (line.received_seconds, line.silent_seconds, line.sent_seconds) == (15, 7, 6)
    assert (line.recognized_seconds, line.without_text_seconds) == (5, 1)
    assert line.dropped_seconds == {"provider_down": 1.5, "consent": 0.5}
    coverage.end("ben", second)
    assert coverage.report() == [line]
    assert CoverageReport(at_ms=1, speakers=[line]).speakers == [line]


def test_speech_without_text_is_told_in_time_and_when_it_is_over(
    coverage: Coverage,
) -> None:
    track = Track(unheard=UNHEARD_SECONDS - 0.01)
    coverage.begin("ben", track)
    assert coverage.look(100.0) == []
    track.unheard = UNHEARD_SECONDS
    (notice,) = coverage.look(101.0)
    assert notice == Notice(
        id="no_text:ben",
        reason="no_text",
        identity="ben",
        text="I cannot hear Ben: there is speech, but no words come of it",
        at_ms=101_000,
    )
    track.unheard = 60.0
    assert coverage.look(102.0) == []
    assert coverage.open_notices == [notice]
    track.unheard = 0.0
    assert coverage.look(103.5) == [notice.model_copy(update={"over": True, "at_ms": 103_500})]
    assert coverage.look(104.0) == []
    assert coverage.open_notices == []


def test_one_deaf_track_of_two_is_enough(coverage: Coverage) -> None:
    coverage.begin("ben", Track())
    coverage.begin("ben", Track(unheard=UNHEARD_SECONDS))
    assert told(coverage.look(1.0)) == [("no_text:ben", False)]


def test_a_notice_is_over_when_its_track_ends(coverage: Coverage) -> None:
    track = Track(unheard=UNHEARD_SECONDS)
    coverage.begin("ben", track)
    coverage.look(1.0)
    coverage.end("ben", track)
    assert told(coverage.look(2.0)) == [("no_text:ben", True)]


def test_silence_under_a_speakers_mark_is_told_after_three_seconds_of_both(
    coverage: Coverage,
) -> None:
    track = Track(loud_at=100.0)
    coverage.begin("ben", track)
    coverage.set_marked({"ben", "somebody"}, 105.0)
    coverage.set_marked({"ben"}, 106.0)
    assert coverage.look(105.0 + MARKED_SECONDS - 0.01) == []
    assert told(coverage.look(105.0 + MARKED_SECONDS)) == [("silent:ben", False)]
    track.loud_at = 109.0
    assert told(coverage.look(109.5)) == [("silent:ben", True)]
    assert coverage.look(109.0 + MARKED_SECONDS - 0.01) == []
    assert told(coverage.look(109.0 + MARKED_SECONDS)) == [("silent:ben", False)]
    coverage.set_marked(set(), 113.0)
    assert told(coverage.look(113.0)) == [("silent:ben", True)]


def test_a_track_that_never_gave_a_sound_counts_from_the_mark(coverage: Coverage) -> None:
    coverage.begin("ben", Track())
    coverage.set_marked({"ben"}, 50.0)
    assert coverage.look(52.9) == []
    assert told(coverage.look(53.0)) == [("silent:ben", False)]


def test_who_is_not_listened_to_is_never_called_silent(coverage: Coverage) -> None:
    coverage.set_marked({"ben"}, 1.0)
    assert coverage.look(100.0) == []


def test_encryption_is_told_at_once_and_when_it_is_over(coverage: Coverage) -> None:
    coverage.meet("cem", "Cem")
    coverage.set_encrypted("ben", encrypted=True)
    (notice,) = coverage.look(7.0)
    assert notice.text == "I cannot hear Ben: the sound is encrypted end to end"
    coverage.set_encrypted("ben", encrypted=True)
    assert coverage.look(8.0) == []
    coverage.set_encrypted("ben", encrypted=False)
    assert told(coverage.look(9.0)) == [("encrypted:ben", True)]


def test_that_not_everybody_has_a_place_is_told_once_and_when_it_is_over(
    coverage: Coverage,
) -> None:
    coverage.set_crowded(crowded=True)
    (notice,) = coverage.look(7.0)
    assert (notice.reason, notice.identity) == ("crowded", "")
    coverage.set_crowded(crowded=True)
    assert coverage.look(8.0) == []
    coverage.set_crowded(crowded=False)
    assert told(coverage.look(9.0)) == [("crowded", True)]


def test_what_was_thrown_away_for_want_of_consent_is_received_and_dropped(
    coverage: Coverage,
) -> None:
    coverage.count_withdrawn("ben", "Ben", 0.2)
    coverage.count_withdrawn("cem", "Cem", 0.1)
    lines = {one.identity: one for one in coverage.report()}
    assert lines["ben"].received_seconds == 0.2
    assert lines["ben"].dropped_seconds == {"consent": 0.2}
    assert lines["cem"].name == "Cem"


def test_several_faults_begin_and_end_apart(coverage: Coverage) -> None:
    coverage.meet("ana", "Ana")
    track = Track(unheard=UNHEARD_SECONDS)
    coverage.begin("ana", track)
    coverage.set_encrypted("ben", encrypted=True)
    assert set(told(coverage.look(1.0))) == {("no_text:ana", False), ("encrypted:ben", False)}
    coverage.set_encrypted("ben", encrypted=False)
    assert told(coverage.look(2.0)) == [("encrypted:ben", True)]
    assert [notice.id for notice in coverage.open_notices] == ["no_text:ana"]
