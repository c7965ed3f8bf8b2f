import asyncio
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from records.sound import SoundPart, mixed_folder, sound_folder
from tests.token_server.front import Front, OpenFront, create, problem
from token_server.sound.link import LINK_SECONDS
from token_server.sound.mix import RATE_HZ

pytestmark = pytest.mark.room

ROOM_SID = "RM_1"
Samples = npt.NDArray[np.int16]


def beep(seconds: float, *, at_seconds: float = 0.5, length: float = 0.1) -> Samples:
    """Silence with one beep in it."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sounds = (times >= at_seconds) & (times < at_seconds + length)
    return (8000 * np.sin(2 * np.pi * 1000 * times) * sounds).astype(np.int16)


def write(path: Path, samples: Samples) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def decode(path: Path) -> Samples:
    with av.open(str(path)) as container:
        return np.concatenate([one.to_ndarray()[0] for one in container.decode(audio=0)])


def save_and_decode(path: Path, content: bytes) -> Samples:
    path.write_bytes(content)
    return decode(path)


async def add_meeting(front: Front, room_name: str = "acme") -> None:
    await front.app.state.desk.store.open_meeting(
        ROOM_SID, room_name=room_name, now_ms=front.app.state.desk.clock()
    )


async def add_part(
    front: Front, number: int, identity: str, started_at_ms: int, samples: Samples
) -> SoundPart:
    desk = front.app.state.desk
    part = SoundPart(
        id=f"SP_{number}",
        room_sid=ROOM_SID,
        identity=identity,
        name=identity.title(),
        started_at_ms=started_at_ms,
    )
    await desk.store.add_sound_part(part)
    write(Path(front.settings.files_url) / part.path, samples)
    await desk.store.finish_sound_part(part.id, duration_ms=len(samples) * 1000 // RATE_HZ)
    return part


@pytest.fixture
async def recorded(front: Front) -> Front:
    """A meeting with two parts of Ana's and one of Ben's."""
    await add_meeting(front)
    await add_part(front, 1, "ana", 100_000, beep(3.0))
    await add_part(front, 2, "ben", 101_234, beep(3.0))
    await add_part(front, 3, "ana", 110_000, beep(1.0))
    return front


async def listed(front: Front) -> dict[str, Any]:
    answer = await front.client.get(f"/meetings/{ROOM_SID}/sound")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def played(front: Front, url: str, path: Path) -> Samples:
    answer = await front.client.get(url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/flac"
    return await asyncio.to_thread(save_and_decode, path, answer.content)


def beeps_in(samples: Samples) -> list[float]:
    """When beeps begin, in seconds."""
    loud = np.abs(samples) > 1000
    starts = np.flatnonzero(loud & ~np.roll(loud, 1))
    far_apart = np.diff(starts, prepend=-RATE_HZ) > RATE_HZ // 5
    return [round(float(start) / RATE_HZ, 2) for start in starts[far_apart]]


async def test_parts_are_listed_and_a_part_is_played(recorded: Front, tmp_path: Path) -> None:
    body = await listed(recorded)
    assert [(one["identity"], one["duration_ms"]) for one in body["parts"]] == [
        ("ana", 3000),
        ("ben", 3000),
        ("ana", 1000),
    ]
    samples = await played(recorded, body["parts"][0]["url"], tmp_path / "part")
    assert np.array_equal(samples, beep(3.0))


async def test_the_mixed_file_has_everybody_at_the_time_at_which_they_spoke(
    recorded: Front, tmp_path: Path
) -> None:
    mixed = (await listed(recorded))["mixed"]
    assert (mixed["started_at_ms"], mixed["duration_ms"]) == (100_000, 11_000)
    samples = await played(recorded, mixed["url"], tmp_path / "mixed")
    assert len(samples) == 11 * RATE_HZ
    assert beeps_in(samples) == pytest.approx([0.5, 1.734, 10.5], abs=0.01)


async def test_a_participant_alone_is_played_from_its_first_word_to_its_last(
    recorded: Front, tmp_path: Path
) -> None:
    ana, ben = (await listed(recorded))["participants"]
    assert (ana["identity"], ana["name"], ana["duration_ms"]) == ("ana", "Ana", 11_000)
    assert (ben["started_at_ms"], ben["duration_ms"]) == (101_234, 3000)
    assert beeps_in(await played(recorded, ana["url"], tmp_path / "ana")) == [0.5, 10.5]
    assert beeps_in(await played(recorded, ben["url"], tmp_path / "ben")) == [0.5]


async def test_voices_that_are_loud_together_do_not_wrap_around(
    recorded: Front, tmp_path: Path
) -> None:
    loud = np.full(RATE_HZ, 30_000, np.int16)
    await add_part(recorded, 4, "cleo", 120_000, loud)
    await add_part(recorded, 5, "dan", 120_000, loud)
    samples = await played(recorded, (await listed(recorded))["mixed"]["url"], tmp_path / "mixed")
    assert samples.min() > -20_000
    assert samples.max() == 32767


async def test_what_comes_in_later_is_in_the_next_mixed_file(
    recorded: Front, tmp_path: Path
) -> None:
    url = (await listed(recorded))["mixed"]["url"]
    await played(recorded, url, tmp_path / "mixed")
    await add_part(recorded, 4, "cleo", 112_000, beep(1.0))
    samples = await played(recorded, url, tmp_path / "mixed")
    assert beeps_in(samples)[-1] == pytest.approx(12.5, abs=0.01)


async def test_mixed_files_do_not_pile_up_while_a_call_goes_on(
    recorded: Front, tmp_path: Path
) -> None:
    folder = Path(recorded.settings.files_url) / mixed_folder(ROOM_SID)
    for number in range(4, 8):
        await add_part(recorded, number, "ben", 100_000 + number * 2000, beep(1.0))
        body = await listed(recorded)
        for sound in (body["mixed"], *body["participants"]):
            await played(recorded, sound["url"], tmp_path / "mixed")
        assert len(list(folder.iterdir())) == 3  # everybody, Ana, Ben


async def test_a_part_whose_file_is_gone_is_silent_in_the_mixed_one(
    recorded: Front, tmp_path: Path
) -> None:
    await recorded.app.state.desk.files.delete("sound/RM_1/SP_2.flac")
    samples = await played(recorded, (await listed(recorded))["mixed"]["url"], tmp_path / "mixed")
    assert beeps_in(samples) == [0.5, 10.5]
    url = (await listed(recorded))["parts"][1]["url"]
    problem(await recorded.client.get(url), 404, "sound-not-found")


@pytest.mark.parametrize(
    ("asked", "first", "count"),
    [("bytes=0-0", 0, 1), ("bytes=10-19", 10, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, 7)],
)
async def test_seeking_gets_the_bytes_asked_for(
    recorded: Front, asked: str, first: int, count: int | None
) -> None:
    url = (await listed(recorded))["mixed"]["url"]
    whole = (await recorded.client.get(url)).content
    answer = await recorded.client.get(url, headers={"Range": asked})
    first %= len(whole)
    wanted = whole[first : first + count if count else None]
    assert answer.status_code == 206
    assert answer.content == wanted
    last = first + len(wanted) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    assert answer.headers["content-length"] == str(len(wanted))


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=-", "bytes=9-2", "seconds=1-2", "x"])
async def test_a_range_that_is_not_understood_gets_everything(recorded: Front, asked: str) -> None:
    url = (await listed(recorded))["parts"][0]["url"]
    answer = await recorded.client.get(url, headers={"Range": asked})
    assert answer.status_code == 200
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
async def test_bytes_that_the_file_does_not_have_are_told(recorded: Front, asked: str) -> None:
    url = (await listed(recorded))["parts"][0]["url"]
    answer = await recorded.client.get(url, headers={"Range": asked})
    problem(answer, 416, "no-such-bytes")
    assert answer.headers["content-range"].startswith("bytes */")


async def test_a_link_is_good_for_its_file_and_its_time_only(open_front: OpenFront) -> None:
    now = [1_700_000_000_000]
    async with open_front(clock=lambda: now[0]) as front:
        await add_meeting(front)
        await add_part(front, 1, "ana", 100_000, beep(1.0))
        url = (await listed(front))["parts"][0]["url"]
        head, _, signature = url.rpartition(".")
        for forged in (f"{head}.{signature[::-1]}", f"{url}x", "/sound?ticket=nonsense"):
            problem(await front.client.get(forged), 403, "sound-link")
        invitation = (await create(front))["host"]["link"].partition("#")[2]
        problem(await front.client.get(f"/sound?ticket={invitation}"), 403, "sound-link")
        now[0] += LINK_SECONDS * 1000 - 1000
        assert (await front.client.get(url)).status_code == 200
        now[0] += 1000
        problem(await front.client.get(url), 403, "sound-link")


async def test_only_hosts_of_the_meeting_get_at_its_sound(recorded: Front) -> None:
    body = await create(recorded, room_name="other")
    headers = {"Authorization": f"Bearer {body['host']['link'].partition('#')[2]}"}
    answer = await recorded.client.get(f"/meetings/{ROOM_SID}/sound", headers=headers)
    problem(answer, 404, "meeting-not-found")


async def test_a_guest_does_not_get_at_the_sound_even_where_guests_read(front: Front) -> None:
    body = await create(front, guests_read="minutes")
    await add_meeting(front, body["room_name"])
    await add_part(front, 1, "ana", 100_000, beep(1.0))
    link = {seat: body[seat]["link"].partition("#")[2] for seat in ("host", "guest")}
    for seat, status in (("host", 200), ("guest", 403)):
        headers = {"Authorization": f"Bearer {link[seat]}"}
        for answer in (
            await front.client.get(f"/meetings/{ROOM_SID}/sound", headers=headers),
            await front.client.put(
                f"/meetings/{ROOM_SID}/sound/recording", json={"on": True}, headers=headers
            ),
        ):
            assert answer.status_code == status, answer.text


async def test_erasing_a_participant_takes_its_file_and_every_mixed_one(
    recorded: Front, tmp_path: Path
) -> None:
    body = await listed(recorded)
    await played(recorded, body["mixed"]["url"], tmp_path / "mixed")
    answer = await recorded.client.delete(f"/meetings/{ROOM_SID}/sound?identity=ben")
    assert answer.status_code == 200
    assert [one["identity"] for one in answer.json()["parts"]] == ["ana", "ana"]
    files = await recorded.app.state.desk.files.list(sound_folder(ROOM_SID))
    assert files == ["sound/RM_1/SP_1.flac", "sound/RM_1/SP_3.flac"]
    problem(await recorded.client.get(body["parts"][1]["url"]), 404, "sound-not-found")
    samples = await played(recorded, body["mixed"]["url"], tmp_path / "mixed")
    assert beeps_in(samples) == [0.5, 10.5]

    answer = await recorded.client.delete(f"/meetings/{ROOM_SID}/sound")
    assert (answer.json()["parts"], answer.json()["mixed"]) == ([], None)
    assert await recorded.app.state.desk.files.list("sound") == []


async def test_the_recording_is_switched_on_and_off_for_the_agent_to_follow(front: Front) -> None:
    await add_meeting(front)
    store = front.app.state.desk.store
    assert (await listed(front))["on_since_ms"] is None
    path = f"/meetings/{ROOM_SID}/sound/recording"
    first = (await front.client.put(path, json={"on": True})).json()["on_since_ms"]
    assert first == await store.find_sound_switch(ROOM_SID)
    assert (await front.client.put(path, json={"on": True})).json()["on_since_ms"] == first
    assert (await front.client.put(path, json={"on": False})).json()["on_since_ms"] is None
    assert await store.find_sound_switch(ROOM_SID) is None
    problem(await front.client.put(path, json={}), 422, "invalid")
    await store.end_meeting(ROOM_SID, now_ms=front.app.state.desk.clock())
    problem(await front.client.put(path, json={"on": True}), 409, "sound-conflict")
    assert (await front.client.put(path, json={"on": False})).status_code == 200
