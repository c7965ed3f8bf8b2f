"""Who spoke how much, by hand-made meetings whose figures can be reckoned in the head."""

import random

import pytest

from transcript_buffer import Segment
from transcript_buffer.statistics import MeetingStatistics, SpeakerStatistics, reckon_statistics

pytestmark = pytest.mark.unit


def seg(
    speaker: str, start: float, end: float, text: str = "some words of mine", *, final: bool = True
) -> Segment:
    return Segment(
        id=f"{speaker}-{start}",
        speaker=speaker,
        name=speaker.title(),
        role="guest",
        text=text,
        start_seconds=start,
        end_seconds=end,
        final=final,
    )


def reckon(*segments: Segment, keywords: tuple[str, ...] = ()) -> MeetingStatistics:
    return reckon_statistics(
        segments, is_question=lambda text: text.endswith("?"), keywords=keywords
    )


def of(statistics: MeetingStatistics, speaker: str) -> SpeakerStatistics:
    return next(one for one in statistics.speakers if one.speaker == speaker)


def test_a_meeting_in_which_nobody_spoke_is_empty() -> None:
    assert reckon() == reckon(seg("ana", 1, 2, final=False))
    assert reckon().speakers == ()


def test_talk_time_is_shared_out_and_the_rest_is_silence() -> None:
    statistics = reckon(seg("ana", 0, 6), seg("ben", 7, 9), seg("ana", 10, 11))
    assert (statistics.seconds, statistics.silent_seconds) == (11, 2)
    assert [one.speaker for one in statistics.speakers] == ["ana", "ben"]
    assert of(statistics, "ana").talk_seconds == 7
    assert of(statistics, "ana").share == pytest.approx(7 / 9)
    assert sum(one.share for one in statistics.speakers) == pytest.approx(1)


def test_a_speakers_own_segments_that_overlap_count_once() -> None:
    statistics = reckon(seg("ana", 0, 4), seg("ana", 3, 6))
    assert of(statistics, "ana").talk_seconds == 6
    assert statistics.overlapping_seconds == 0


def test_time_in_which_several_speak_is_counted_once_for_all_of_them() -> None:
    statistics = reckon(seg("ana", 0, 5), seg("ben", 3, 8), seg("eve", 4, 6))
    assert statistics.overlapping_seconds == 3  # from 3 to 6
    assert statistics.silent_seconds == 0


def test_a_backchannel_neither_makes_nor_ends_a_turn() -> None:
    statistics = reckon(seg("ana", 0, 4), seg("ben", 4, 4.5, "i see"), seg("ana", 5, 9))
    assert of(statistics, "ana").turns == 1
    assert of(statistics, "ben").turns == 0
    assert of(statistics, "ana").longest_monologue_seconds == 9


def test_a_turn_of_another_and_a_long_pause_end_a_monologue() -> None:
    statistics = reckon(
        seg("ana", 0, 4), seg("ben", 4, 5), seg("ana", 5, 8), seg("ana", 9, 11), seg("ana", 14, 15)
    )
    assert of(statistics, "ana").turns == 2
    assert of(statistics, "ana").longest_monologue_seconds == 6  # 5 to 11; then 3 s of silence


def test_breaking_in_is_an_interruption_and_a_quick_change_is_none() -> None:
    statistics = reckon(
        seg("ana", 0, 10),
        seg("ben", 4, 6),  # breaks in
        seg("eve", 9.7, 12),  # takes over a little early
        seg("ben", 10, 10.4, "yes"),  # a backchannel
    )
    assert of(statistics, "ben").interruptions == 1
    assert of(statistics, "eve").interruptions == 0
    assert of(statistics, "ana").interruptions == 0


def test_words_questions_and_pace() -> None:
    statistics = reckon(seg("ana", 0, 30, "what's that?"), seg("ana", 30, 60, "one two - three"))
    ana = of(statistics, "ana")
    assert (ana.words, ana.questions, ana.words_per_minute) == (5, 1, 5)


def test_keywords_are_counted_whole_and_in_any_capitals() -> None:
    statistics = reckon(
        seg("ana", 0, 2, "Price, price and the prize. Lead time!"),
        seg("ben", 3, 4, "nothing of it"),
        keywords=("PRICE", "lead time", "absent", "!"),
    )
    assert of(statistics, "ana").keywords == {"PRICE": 2, "lead time": 1}
    assert of(statistics, "ben").keywords == {}


@pytest.mark.parametrize("seed", range(20))
def test_times_add_up_in_any_meeting_and_any_order(seed: int) -> None:
    pick = random.Random(seed)
    segments = [
        seg(pick.choice("abcd"), start := pick.randint(0, 400) / 4, start + pick.randint(1, 40) / 4)
        for _ in range(pick.randint(1, 80))
    ]
    statistics = reckon(*segments)
    quarters = [
        {one.speaker for one in segments if one.start_seconds <= at < one.end_seconds}
        for at in (quarter / 4 for quarter in range(500))
    ]
    talked = sum(bool(speaking) for speaking in quarters) / 4
    assert statistics.seconds - statistics.silent_seconds == pytest.approx(talked)
    several = sum(len(speaking) > 1 for speaking in quarters) / 4
    assert statistics.overlapping_seconds == pytest.approx(several)
    for one in statistics.speakers:
        own = sum(one.speaker in speaking for speaking in quarters) / 4
        assert one.talk_seconds == pytest.approx(own)
        assert 0 <= one.longest_monologue_seconds <= statistics.seconds
    pick.shuffle(segments)
    assert reckon(*segments).overlapping_seconds == statistics.overlapping_seconds
