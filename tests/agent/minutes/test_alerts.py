from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent.minutes.alerts import REST_SECONDS, Alerts
from agent.publisher import Publisher
from records import Profile, Store
from tests.agent.minutes.talk import lines_of
from transcript_buffer import Segment
from wire.alerts import ALERT, Alert

pytestmark = pytest.mark.unit


@dataclass
class LocalParticipant:
    """What the room's library sends by: notes what goes out, and to whom."""

    sent: list[tuple[str, list[str], Alert]] = field(default_factory=list)

    async def publish_data(
        self, payload: str, *, reliable: bool, destination_identities: list[str], topic: str
    ) -> None:
        assert reliable
        alert = Alert.model_validate_json(payload)
        self.sent.append((topic, destination_identities, alert))


@dataclass
class Room:
    local_participant: LocalParticipant = field(default_factory=LocalParticipant)

    def isconnected(self) -> bool:
        return True


class Listening:
    """Alerts of a call, with what they send."""

    def __init__(self, store: Store, hosts: Mapping[str, str]) -> None:
        self.seconds = 0.0
        room: Any = Room()
        self.participant = room.local_participant
        self.publisher = Publisher(room=room, hosts=lambda: list(hosts), last_sequence=0)
        self.alerts = Alerts(
            store=store, publisher=self.publisher, hosts=lambda: hosts, now=lambda: self.seconds
        )

    async def sent_after(self, *lines: Segment) -> list[tuple[str, list[str], Alert]]:
        for one in lines:
            self.alerts.hear(one)
        self.publisher.end_input()
        await self.publisher.run()
        sent: list[tuple[str, list[str], Alert]] = self.participant.sent
        return sent


HOSTS = {"id-ana": "Ana Berg", "id-cem": "Cem"}


@pytest.fixture
async def listening(store: Store) -> Listening:
    await store.put_profile(Profile(id="PR_1", name="Ana Berg", projects=("Apollo",)))
    made = Listening(store, HOSTS)
    await made.alerts.load()
    return made


async def test_only_the_host_whose_word_comes_up_is_told(listening: Listening) -> None:
    lines = lines_of("Ben: When is Apollo ready?\nBen: The weather is fine.")
    ((topic, destinations, alert),) = await listening.sent_after(*lines)
    assert (topic, destinations) == (ALERT, ["id-ana"])
    assert (alert.word, alert.quote) == ("Apollo", "When is Apollo ready?")
    assert (alert.segment_id, alert.speaker_name) == ("SG_0", "Ben")


async def test_nobody_is_told_of_their_own_words(listening: Listening) -> None:
    assert await listening.sent_after(*lines_of("Ana: Apollo is nearly ready.")) == []


async def test_a_word_rests_after_it_was_told(listening: Listening) -> None:
    first, second, third = lines_of("Ben: Apollo one\nBen: Apollo two\nBen: Apollo three")
    listening.alerts.hear(first)
    listening.alerts.hear(second)
    listening.seconds = REST_SECONDS
    sent = await listening.sent_after(third)
    assert [alert.quote for _, _, alert in sent] == ["Apollo one", "Apollo three"]


async def test_a_profile_of_somebody_who_is_no_host_here_alerts_nobody(store: Store) -> None:
    await store.put_profile(Profile(id="PR_2", name="Ben", keywords=("weather",)))
    listening = Listening(store, HOSTS)
    await listening.alerts.load()
    assert await listening.sent_after(*lines_of("Cem: The weather is fine.")) == []


async def test_what_waits_to_be_told_goes_with_the_words_of_who_said_it(
    listening: Listening,
) -> None:
    (said,) = lines_of("Ben: When is Apollo ready?")
    listening.alerts.hear(said)
    await listening.publisher.erase_speaker("id-ben")
    assert await listening.sent_after() == []
