"""Meetings over HTTP: lists, searches, one meeting, and who may see what of it."""

from typing import Any

import pytest

from tests.token_server.front import Front, OpenFront, create, problem
from tests.token_server.meeting import Told, meet
from wire.gap import Gap

pytestmark = pytest.mark.room

KEY = "k" * 32


@pytest.fixture
async def told(front: Front) -> Told:
    return await meet(front)


class TestAccess:
    async def test_a_host_reads_its_own_meeting_and_no_other(self, front: Front) -> None:
        own, other = await meet(front), await meet(front, "RM_other")

        assert (await own.get()).status_code == 200
        answer = await front.client.get("/meetings/RM_other", headers=own.headers("host"))
        problem(answer, 404, "meeting-not-found")
        answer = await front.client.get("/meetings/RM_none", headers=other.headers("host"))
        problem(answer, 404, "meeting-not-found")

    async def test_a_guest_reads_nothing_unless_the_room_lets_it(self, told: Told) -> None:
        for part in ("", "/segments", "/statistics", "/minutes", "/events", "/export?format=txt"):
            problem(await told.get(part, "guest"), 403, "not-host")

    async def test_a_guest_reads_what_the_room_lets_it(self, front: Front) -> None:
        transcript = await meet(front, "RM_1", guests_read="transcript")
        minutes = await meet(front, "RM_2", guests_read="minutes")
        for one in (transcript, minutes):
            await one.say(1, "the price is too high")
            await one.write()
            await one.write(profile_id="ana", title="For Ana")

        page = (await transcript.get(role="guest")).json()
        assert (page["title"], page["has_minutes"], page["may_read_minutes"]) == ("", False, False)
        assert (await transcript.get("/segments", "guest")).status_code == 200
        problem(await transcript.get("/minutes", "guest"), 403, "not-host")
        refused = await transcript.get("/export", "guest", format="txt", **{"with": "minutes"})
        problem(refused, 403, "not-host")

        page = (await minutes.get(role="guest")).json()
        assert (page["role"], page["title"], page["work"]) == ("guest", "Acme and the price", [])
        listed = (await minutes.get("/minutes", "guest")).json()["minutes"]
        assert [one["profile_id"] for one in listed] == [""]
        problem(await minutes.get("/minutes/free", "guest", profile_id="ana"), 404,
                "minutes-not-found")  # fmt: skip

    @pytest.mark.parametrize("part", ["talking-points", "answers", "tasks", "costs", "coverage"])
    async def test_what_is_for_hosts_is_for_no_guest(self, front: Front, part: str) -> None:
        told = await meet(front, guests_read="minutes")

        assert (await told.get(f"/{part}")).status_code == 200
        problem(await told.get(f"/{part}", "guest"), 403, "not-host")
        problem(await told.delete(role="guest"), 403, "not-host")
        problem(await told.delete("/participants/guest-1/words", "guest"), 403, "not-host")

    @pytest.mark.parametrize("later_ms", [3_600_000, 10_000])
    async def test_the_next_room_of_a_name_does_not_open_the_meetings_of_the_last(
        self, open_front: OpenFront, later_ms: int
    ) -> None:
        now = [1_900_000_000_000]
        name = f"reused-for-meetings-{later_ms}"
        async with open_front(clock=lambda: now[0]) as front:
            old = await meet(front, room_name=name)
            await old.store.end_meeting(old.room_sid, now_ms=now[0] + 5_000)
            await front.client.delete(f"/rooms/{name}")
            now[0] += later_ms
            room = await create(front, room_name=name)
            headers = {"Authorization": f"Bearer {room['host']['invitation']}"}

            answer = await front.client.get(f"/meetings/{old.room_sid}", headers=headers)
            problem(answer, 404, "meeting-not-found")
            problem(await old.get(), 404, "meeting-not-found")
            assert (await front.client.get("/meetings", headers=headers)).json()["meetings"] == []

    async def test_with_an_api_key_nobody_reads_without_one(self, open_front: OpenFront) -> None:
        async with open_front(sidenote_api_key=KEY) as front:
            problem(await front.client.get("/meetings"), 401, "key-missing")
            problem(await front.client.get("/meetings/RM_1"), 401, "key-missing")
            wrong = {"X-API-Key": "w" * 32}
            problem(await front.client.get("/meetings", headers=wrong), 401, "key-wrong")
            answer = await front.client.get("/meetings", headers={"X-API-Key": KEY})
            assert answer.json() == {"meetings": [], "next_cursor": None, "only_newest": False}


class TestList:
    async def test_a_host_sees_the_meetings_of_its_room_and_a_guest_none(
        self, front: Front
    ) -> None:
        own = await meet(front)
        await meet(front, "RM_other")

        answer = await front.client.get("/meetings", headers=own.headers("host"))
        assert [one["room_sid"] for one in answer.json()["meetings"]] == [own.room_sid]
        problem(await front.client.get("/meetings", headers=own.headers("guest")), 403, "not-host")
        everything = await front.client.get("/meetings")
        assert len(everything.json()["meetings"]) == 2

    async def test_pages_follow_each_other(self, front: Front) -> None:
        for number in range(5):
            await meet(front, f"RM_{number}")
        listed: list[str] = []
        cursor = None
        for _ in range(3):
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await front.client.get("/meetings", params=query)).json()
            listed += [one["room_sid"] for one in page["meetings"]]
            cursor = page["next_cursor"]

        assert cursor is None
        assert sorted(listed) == [f"RM_{number}" for number in range(5)]
        odd = await front.client.get("/meetings", params={"cursor": "yesterday"})
        problem(odd, 422, "invalid")

    async def test_a_search_shows_where_the_words_stand(self, told: Told) -> None:
        await told.say(1, "we think the PRICE is too high")
        answer = await told.front.client.get("/meetings", params={"q": '"the price" high'})

        (meeting,) = answer.json()["meetings"]
        (found,) = meeting["found"]
        assert meeting["speakers"] == [{"identity": "guest-1", "name": "Ben", "role": "guest"}]
        marked = [found["text"][start:end] for start, end in found["spans"]]
        assert marked == ["the PRICE", "high"]
        assert found["speaker_name"] == "Ben"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"participant": "Ben"}, 1),
            ({"participant": "Ana"}, 0),
            ({"from": "2001-01-01"}, 1),
            ({"to": "2001-01-01"}, 0),
            ({"from": "2001-01-01T00:00:00Z", "kind": "call"}, 1),
            ({"kind": "upload"}, 0),
            ({"has_minutes": "true"}, 0),
            ({"room": "nowhere"}, 0),
            ({"q": "price", "participant": "Ana"}, 0),
            ({"q": "pri*", "participant": "guest-1"}, 1),
        ],
    )
    async def test_filters_say_which_meetings_are_meant(
        self, told: Told, query: dict[str, str], found: int
    ) -> None:
        await told.say(1, "the price")

        answer = await told.front.client.get("/meetings", params=query)

        assert len(answer.json()["meetings"]) == found

    @pytest.mark.parametrize(
        "query", [{"q": "?!"}, {"from": "2001-01-01T00:00:00"}, {"kind": "x"}, {"limit": "0"}]
    )
    async def test_what_cannot_be_asked_is_refused(
        self, front: Front, query: dict[str, str]
    ) -> None:
        problem(await front.client.get("/meetings", params=query), 422, "invalid")


class TestParts:
    async def test_gaps_and_times_off_the_record_stand_in_their_places(self, told: Told) -> None:
        for number in (1, 2, 5, 9):
            await told.say(number, f"line {number}")
        gap = Gap(
            started_at_ms=told.began_ms + 3000,
            ended_at_ms=told.began_ms + 4500,
            reason="agent_away",
            transcript_sequence=20,
        )
        await told.store.add_gap(told.room_sid, gap)
        await told.store.begin_off_the_record(told.room_sid, now_ms=told.began_ms + 6000)
        await told.store.end_off_the_record(told.room_sid, now_ms=told.began_ms + 8000)

        whole = (await told.get("/segments")).json()
        assert [item["type"] for item in whole["items"]] == [
            "segment", "segment", "gap", "segment", "off_the_record", "segment",
        ]  # fmt: skip
        assert whole["next_cursor"] is None
        items = []
        cursor = None
        for _ in range(4):
            query: dict[str, Any] = {"limit": 1} | ({"cursor": cursor} if cursor else {})
            page = (await told.get("/segments", **query)).json()
            items += page["items"]
            cursor = page["next_cursor"]
        assert cursor is None
        assert items == whole["items"]

    async def test_statistics_tell_who_spoke_how_much(self, told: Told) -> None:
        await told.say(1, "what does it cost")
        await told.say(2, "it costs five euro", speaker="host-1")

        statistics = (await told.get("/statistics")).json()

        asked = {one["name"]: one["questions"] for one in statistics["speakers"]}
        assert asked == {"Ben": 1, "Ana": 0}

    async def test_talking_points_come_with_what_became_of_them(self, told: Told) -> None:
        await told.say(1, "the price")
        await told.tell(1)
        await told.tell(2, state="dismissed")

        points = (await told.get("/talking-points")).json()["talking_points"]

        assert [point["state"] for point in points] == ["shown", "dismissed"]

    async def test_minutes_are_read_and_asked_for_anew(self, told: Told) -> None:
        await told.say(1, "the price")
        problem(await told.get("/minutes/free"), 404, "minutes-not-found")
        await told.write()
        assert (await told.get("/minutes/free")).json()["title"] == "Acme and the price"
        path = f"/meetings/{told.room_sid}/minutes"
        headers = told.headers("host")

        asked = await told.front.client.post(path, headers=headers, json={"template": "sales"})
        unknown = await told.front.client.post(path, headers=headers, json={"profile_id": "eve"})
        plain = await told.front.client.post(path, headers=headers, json={})

        assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
        problem(unknown, 404, "profile-not-found")
        assert plain.status_code == 202
        work = (await told.get()).json()["work"]
        assert {one["template"] for one in work} == {"sales", ""}


class TestProfiles:
    async def test_a_profile_is_kept_changed_and_forgotten(self, front: Front) -> None:
        wanted = {"name": "Ana", "role": "sales", "keywords": ["price"], "projects": []}
        put = await front.client.put("/profiles/ana", json=wanted)
        assert put.json() == {"id": "ana", **wanted}
        await front.client.put("/profiles/ana", json={"name": "Ana B."})
        listed = (await front.client.get("/profiles")).json()["profiles"]
        assert [(one["name"], one["keywords"]) for one in listed] == [("Ana B.", [])]
        assert (await front.client.get("/profiles/ana")).json()["name"] == "Ana B."
        assert (await front.client.delete("/profiles/ana")).status_code == 204
        problem(await front.client.delete("/profiles/ana"), 404, "profile-not-found")
        problem(await front.client.put("/profiles/a b", json=wanted), 422, "invalid")
