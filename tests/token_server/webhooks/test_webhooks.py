"""Events go out to a real receiver, which may fail, be slow, or be away."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from records import Store
from records.webhooks import LOOK_BACK_MS, Webhook
from tests.token_server.front import Front, OpenFront, problem
from tests.token_server.meeting import meet
from token_server.webhooks.endpoints import MOST_WEBHOOKS
from token_server.webhooks.public_addresses import check_url, is_public, open_public_socket
from token_server.webhooks.sender import LONGEST_MS, WebhookSender
from token_server.webhooks.signature import make_secret, sign
from transcript_buffer import Segment
from wire.tasks import Task

pytestmark = pytest.mark.room

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW_MS = 1_900_000_000_000


@dataclass
class Receiver:
    """Takes requests as the answers in its list say; then with 204."""

    answers: list[Callable[[], Any]] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.taken.append((headers, await request.read()))
        answer = self.answers.pop(0)() if self.answers else web.Response(status=204)
        if asyncio.iscoroutine(answer):
            answer = await answer
        assert isinstance(answer, web.Response)
        return answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.taken]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    own = Receiver()
    app = web.Application()
    app.router.add_post("/hook", own.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    own.port = runner.addresses[0][1]
    yield own
    await runner.cleanup()


class Post:
    """A sender whose time is set by hand."""

    def __init__(self, store: Store, receiver: Receiver) -> None:
        self.store = store
        self.receiver = receiver
        self.now_ms = NOW_MS
        self.sender: WebhookSender

    async def subscribe(self, *events: Any, url: str = "", with_words: bool = False) -> str:
        webhook = Webhook(
            id=f"WH_{len(await self.store.list_webhooks())}",
            url=url or self.receiver.url,
            events=events,
            secret=SECRET,
            with_words=with_words,
            created_at_ms=self.now_ms,
        )
        await self.store.add_webhook(webhook, most=9)
        return webhook.id

    async def begin(self, sid: str = "RM_1") -> None:
        await self.store.open_meeting(sid, room_name=f"room-{sid}", now_ms=self.now_ms)

    async def states(self, webhook_id: str = "WH_0") -> list[tuple[str, int, str]]:
        found = await self.store.list_deliveries(webhook_id, most=9)
        return [(one.state, one.attempts, one.last_result) for one in found]


@pytest.fixture
async def post(store: Store, receiver: Receiver) -> AsyncIterator[Post]:
    own = Post(store, receiver)
    async with WebhookSender.open(store, may_be_private=True, clock=lambda: own.now_ms) as sender:
        own.sender = sender
        yield own


async def test_an_event_is_sent_once_signed_and_without_words(post: Post) -> None:
    await post.subscribe("meeting.started", "meeting.ended")
    await post.begin()
    for _ in range(3):
        await post.sender.send_due()
        post.now_ms += 60_000

    ((headers, body),) = post.receiver.taken
    content = json.loads(body)
    assert content["type"] == "meeting.started"
    assert content["data"]["room_sid"] == "RM_1"
    assert "title" not in content["data"]
    signed = f"{headers['webhook-id']}.{NOW_MS // 1000}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(NOW_MS // 1000)
    assert await post.states() == [("delivered", 1, "taken")]


async def test_what_a_receiver_sends_beside_its_status_is_in_no_log(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Set-Cookie": "quartz beetle=1"}
    post.receiver.answers = [lambda: web.Response(status=204, headers=headers)]
    await post.subscribe("meeting.started")
    await post.begin()
    await post.sender.send_due()

    assert await post.states() == [("delivered", 1, "taken")]
    assert "quartz" not in caplog.text


def test_the_signature_is_that_of_the_specification() -> None:
    headers = sign(
        SECRET,
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at_seconds=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_every_kind_of_event_is_found_and_told_as_it_was_asked_for(post: Post) -> None:
    events = ("meeting.started", "meeting.ended", "minutes.ready", "task.created")
    await post.subscribe(*events)
    await post.subscribe("task.created", with_words=True)
    await post.begin()
    said = Segment(id="s", speaker="g", name="B", role="guest", text="hi", start_seconds=1.0,
                   end_seconds=2.0, final=True, sequence=1)  # fmt: skip
    await post.store.add_segment("RM_1", said)
    task = Task(
        id="TK_1", version=1, sequence=1, state="confirmed", proposes="create",
        changes_task_id=None, what="send the contract", who="Ana", due="", due_spoken="",
        priority="normal", quote="", segment_id="", host_identity="h",
        created_at_ms=post.now_ms, changed_at_ms=post.now_ms,
    )  # fmt: skip
    await post.store.put_task("RM_1", task)
    proposed = task.model_copy(update={"id": "TK_2", "state": "proposed"})
    await post.store.put_task("RM_1", proposed)
    await post.store.end_meeting("RM_1", now_ms=post.now_ms)
    await post.sender.send_due()

    told = sorted((body["type"], body["data"].get("task_id")) for body in post.receiver.bodies)
    assert told == [
        ("meeting.ended", None), ("meeting.started", None),
        ("task.created", "TK_1"), ("task.created", "TK_1"),
    ]  # fmt: skip
    with_words = [body["data"]["task"] for body in post.receiver.bodies if "task" in body["data"]]
    assert with_words == [{"what": "send the contract", "who": "Ana", "due": ""}]
    assert len(set(post.receiver.ids)) == 4


async def test_what_a_receiver_refuses_is_sent_again_with_the_same_id(post: Post) -> None:
    post.receiver.answers = [lambda: web.Response(status=503), lambda: web.Response(status=500)]
    await post.subscribe("meeting.started")
    await post.begin()
    await post.sender.send_due()
    assert await post.states() == [("waiting", 1, "answered 503")]
    await post.sender.send_due()
    assert len(post.receiver.taken) == 1  # not at once
    for _ in range(2):
        post.now_ms += 60_000
        await post.sender.send_due()

    assert len(post.receiver.taken) == 3
    assert len(set(post.receiver.ids)) == 1
    stamps = [headers["webhook-timestamp"] for headers, _ in post.receiver.taken]
    assert len(set(stamps)) == 3
    assert await post.states() == [("delivered", 3, "taken")]


async def test_a_receiver_that_is_away_or_slow_is_tried_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    await post.subscribe("meeting.started", url=f"http://127.0.0.1:{port}/hook")
    release = asyncio.Event()

    async def wait() -> web.Response:
        await release.wait()
        return web.Response(status=204)

    await post.begin()
    await post.sender.send_due()
    assert await post.states() == [("waiting", 1, "not reached (ClientConnectorError)")]

    monkeypatch.setattr("token_server.webhooks.sender.ANSWER_SECONDS", 0.2)
    await post.store.delete_webhook("WH_0")
    await post.subscribe("meeting.started")
    post.receiver.answers = [wait]
    async with WebhookSender.open(
        post.store, may_be_private=True, clock=lambda: post.now_ms
    ) as hurried:
        await hurried.send_due()
    release.set()
    ((state, attempts, result),) = await post.states()
    assert (state, attempts) == ("waiting", 1)
    assert result.startswith("no answer within")


async def test_after_a_day_an_event_is_given_up(post: Post) -> None:
    post.receiver.answers = [lambda: web.Response(status=500)] * 99
    await post.subscribe("meeting.started")
    await post.begin()
    attempts = 0
    while (await post.states() or [("waiting", 0, "")])[0][0] == "waiting":
        await post.sender.send_due()
        post.now_ms += 600_000
        attempts += 1
        assert attempts < 200

    assert post.now_ms - NOW_MS >= LONGEST_MS
    assert 8 < len(post.receiver.taken) < 20
    await post.sender.send_due()
    assert (await post.states())[0][2] == "answered 500"


async def test_a_redirect_is_not_followed(post: Post) -> None:
    other = f"{post.receiver.url}?again"
    post.receiver.answers = [lambda: web.Response(status=307, headers={"Location": other})]
    await post.subscribe("meeting.started")
    await post.begin()
    await post.sender.send_due()

    assert len(post.receiver.taken) == 1
    assert await post.states() == [("waiting", 1, "answered 307")]


async def test_what_a_dead_sender_had_taken_is_sent_by_another(post: Post) -> None:
    await post.subscribe("meeting.started")
    await post.begin()
    await post.store.queue_deliveries(now_ms=post.now_ms)
    taken = await post.store.claim_deliveries(now_ms=post.now_ms, hold_ms=60_000, most=9)
    assert len(taken) == 1
    await post.sender.send_due()
    assert post.receiver.taken == []  # somebody has it

    post.now_ms += 60_001
    await post.sender.send_due()
    assert len(post.receiver.taken) == 1


async def test_what_happened_while_no_sender_ran_is_told_later(post: Post) -> None:
    await post.subscribe("meeting.ended")
    await post.begin()
    post.now_ms += LOOK_BACK_MS * 50
    await post.store.end_meeting("RM_1", now_ms=NOW_MS + 5)
    await post.sender.send_due()
    assert [body["type"] for body in post.receiver.bodies] == ["meeting.ended"]


async def test_what_was_deleted_before_it_could_be_told_is_not(post: Post) -> None:
    await post.subscribe("meeting.started")
    await post.begin()
    await post.store.queue_deliveries(now_ms=post.now_ms)
    await post.store.forget_meetings(["RM_1"])
    await post.sender.send_due()

    assert post.receiver.taken == []
    assert await post.states() == []


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "１２７.0.0.1", "127。0。0。1", "127.0.0.1.", "[::ffff:7f00:1]"],
)  # fmt: skip
async def test_nothing_is_sent_to_neighbours_however_their_address_is_written(
    store: Store, host: str
) -> None:
    knocks: list[object] = []
    neighbour = await asyncio.start_server(lambda _, writer: knocks.append(writer), "127.0.0.1", 0)
    async with neighbour:
        port = neighbour.sockets[0].getsockname()[1]
        own = Post(store, Receiver())
        await own.subscribe("meeting.started", url=f"https://{host}:{port}/hook")
        await own.begin()
        async with WebhookSender.open(store, may_be_private=False, clock=lambda: NOW_MS) as sender:
            await sender.send_due()

        assert await own.states() == [("waiting", 1, "its address is not on the internet")]
        assert knocks == []


@pytest.mark.parametrize("place", ["127.0.0.1", "127.0.0.1.", "localhost", "::1"])
def test_no_socket_is_opened_to_a_neighbour_whatever_was_checked_before(place: str) -> None:
    with pytest.raises(OSError, match="not on the internet"):
        open_public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1", "fd00::1",
     "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a00:1", "100.64.0.1", "224.0.0.1",
     "fec0::1", "2002:a00:1::", "64:ff9b:1::a00:1", "::10.0.0.1", "localhost"],
)  # fmt: skip
def test_an_address_of_a_neighbour_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/",
     "https://[::1]/", "https://user@example.com/", "ftp://example.com/", "https://", "x",
     "https://example.com:99999/", "https://0x7f.1/", "https://example.com/#a",
     "https://１２７.0.0.1/", "https://127。0。0。1/", "https://127.0.0.1./", "https://０x7f.1/"],
)  # fmt: skip
def test_an_address_that_nothing_is_sent_to_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|leads|is not"):
        check_url(url, may_be_private=False)


class TestRoutes:
    async def test_a_webhook_is_added_listed_and_deleted(self, front: Front) -> None:
        wanted = {"url": "https://example.com/hook", "events": ["meeting.ended"]}
        new = await front.client.post("/webhooks", json=wanted)
        assert new.status_code == 201
        assert new.json()["secret"].startswith("whsec_")
        (known,) = (await front.client.get("/webhooks")).json()["webhooks"]
        assert known["url"] == wanted["url"]
        assert "secret" not in known
        path = f"/webhooks/{known['id']}"
        assert (await front.client.get(f"{path}/deliveries")).json() == {"deliveries": []}
        assert (await front.client.delete(path)).status_code == 204
        problem(await front.client.delete(path), 404, "webhook-not-found")
        problem(await front.client.get(f"{path}/deliveries"), 404, "webhook-not-found")

    async def test_what_cannot_be_told_is_refused(self, front: Front) -> None:
        async def refuse(code: str, **wanted: Any) -> None:
            values = {"url": "https://example.com/", "events": ["meeting.ended"], **wanted}
            problem(await front.client.post("/webhooks", json=values), 422, code)

        await refuse("address-refused", url="http://127.0.0.1/hook")
        await refuse("invalid", events=[])
        await refuse("invalid", events=["meeting.exploded"])
        await refuse("invalid", secret="whsec_c2hvcnQ=")
        await refuse("invalid", secret="no base64!")

    async def test_there_are_no_more_than_there_may_be(self, front: Front) -> None:
        wanted = {"url": "https://example.com/hook", "events": ["meeting.ended"]}
        for _ in range(MOST_WEBHOOKS):
            assert (await front.client.post("/webhooks", json=wanted)).status_code == 201
        problem(await front.client.post("/webhooks", json=wanted), 409, "webhooks-full")

    async def test_a_running_server_tells_of_a_meeting(
        self, open_front: OpenFront, receiver: Receiver
    ) -> None:
        async with open_front(webhooks_may_be_private=True) as front:
            wanted = {"url": receiver.url, "events": ["meeting.started"], "secret": make_secret()}
            assert (await front.client.post("/webhooks", json=wanted)).status_code == 201
            told = await meet(front)
            async with asyncio.timeout(20):
                while not receiver.taken:  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0.05)
        assert receiver.bodies[0]["data"]["room_sid"] == told.room_sid
