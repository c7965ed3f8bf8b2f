import asyncio

import pytest

from agent import live_statistics
from agent.live_statistics import LiveStatistics
from transcript_buffer import Segment
from wire.statistics import StatisticsReport

pytestmark = pytest.mark.unit


def said(number: int, speaker: str, text: str, *, final: bool = True) -> Segment:
    return Segment(
        id=f"SG_{number}",
        speaker=speaker,
        name=speaker.title(),
        role="guest",
        text=text,
        start_seconds=10.0 * number,
        end_seconds=10.0 * number + 4,
        final=final,
        sequence=number if final else 0,
    )


class Told:
    """Statistics of one call, and what the hosts were told of it."""

    def __init__(self) -> None:
        self.reports: list[StatisticsReport] = []
        self.statistics = LiveStatistics(
            keywords=("price",),
            tell=self.reports.append,
            now=lambda: 1000.0,
        )

    async def report(self) -> dict[str, tuple[int, int, dict[str, int]]]:
        """Return words, questions and keywords of each, as they are told now; empty: nothing is."""
        self.reports.clear()
        await self.statistics.report()
        return {
            one.identity: (one.words, one.questions, one.keywords)
            for report in self.reports
            for one in report.speakers
        }


@pytest.fixture
def told() -> Told:
    return Told()


async def test_finals_count_once_and_interims_do_not(told: Told) -> None:
    told.statistics.hear(said(1, "ben", "what is the", final=False))
    told.statistics.hear(said(1, "ben", "what is the price"))
    told.statistics.hear(said(1, "ben", "what is the price"))
    assert await told.report() == {"ben": (4, 1, {"price": 1})}
    assert told.reports[0].at_ms == 1_000_000


async def test_nothing_is_told_again_until_something_is_new_or_somebody_comes(
    told: Told,
) -> None:
    assert await told.report() == {}
    told.statistics.hear(said(1, "ben", "good morning"))
    assert await told.report()
    assert await told.report() == {}
    told.statistics.welcome()
    assert await told.report() == {"ben": (2, 0, {})}


async def test_who_is_erased_is_not_in_the_next_report(told: Told) -> None:
    told.statistics.hear(said(1, "ana", "how are you"))
    told.statistics.hear(said(2, "ben", "fine"))
    await told.report()
    await told.statistics.erase_speaker("ana")
    assert await told.report() == {"ben": (1, 0, {})}


async def test_who_is_erased_while_it_is_reckoned_is_in_no_report(told: Told) -> None:
    told.statistics.hear(said(1, "ana", "how are you"))
    async with asyncio.TaskGroup() as tasks:
        report = tasks.create_task(told.report())
        await asyncio.sleep(0)  # the reckoning has begun
        await told.statistics.erase_speaker("ana")
    assert report.result() == {}
    told.statistics.hear(said(2, "ben", "fine"))
    assert await told.report() == {"ben": (1, 0, {})}


async def test_the_oldest_are_left_out_when_there_are_too_many(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_statistics, "MOST_FINALS", 2)
    for number, text in enumerate(("one", "two words", "three words now"), start=1):
        told.statistics.hear(said(number, "ben", text))
    assert await told.report() == {"ben": (5, 0, {})}
