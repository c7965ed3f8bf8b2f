"""Who speaks how much, as hosts are told during the call, on the real media server."""

import pytest

from tests.agent.people import Person, open_room
from tests.agent.speech import read_line
from tests.parts import TestStack
from wire.statistics import STATISTICS, StatisticsReport

pytestmark = pytest.mark.room

PRICE = read_line(8)


def reports_of(person: Person) -> list[StatisticsReport]:
    packets = [packet for packet in person.packets if packet.topic == STATISTICS]
    return [StatisticsReport.model_validate_json(packet.content) for packet in packets]


async def test_hosts_are_told_who_speaks_how_much_and_guests_are_not(stack: TestStack) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        await guest.open_microphone()
        await guest.say(PRICE.samples)
        await host.wait_until(lambda: any(report.speakers for report in reports_of(host)))
        (speaker,) = reports_of(host)[-1].speakers
        assert (speaker.identity, speaker.name) == (guest.identity, "Ben")
        assert speaker.share == 1.0
        assert 0 < speaker.talk_seconds < PRICE.seconds + 1
        assert speaker.words > 0
        assert guest.private_topics == set()
