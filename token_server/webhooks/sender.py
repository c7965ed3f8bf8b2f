"""Sends events to webhooks: at least once each, from the store, for up to a day."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

import aiohttp

from records import Store, StoreUnavailableError
from records.webhooks import Delivery, DeliveryState, Webhook
from token_server.desk import Clock
from token_server.webhooks.payloads import make_payload
from token_server.webhooks.public_addresses import NotPublicError, check_url, open_public_socket
from token_server.webhooks.signature import sign

_log = logging.getLogger(__name__)

PERIOD_SECONDS: Final = 2.0
MOST_AT_ONCE: Final = 20
"""Deliveries of one round; the next begins when the slowest of them is done."""
ANSWER_SECONDS: Final = 15.0
"""How long a receiver has for its answer."""
PAUSES_SECONDS: Final = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800)
"""Between attempts; the last one goes on."""
LONGEST_MS: Final = 86_400_000
"""How long an event is tried."""
_HOLD_MS: Final = round(ANSWER_SECONDS * 1000) * 4


class WebhookSender:
    """Looks for events, and sends what is due; several token servers share the work."""

    def __init__(
        self,
        store: Store,
        http: aiohttp.ClientSession,
        *,
        may_be_private: bool,
        clock: Clock,
        period_seconds: float = PERIOD_SECONDS,
    ) -> None:
        self._store = store
        self._http = http
        self._may_be_private = may_be_private
        self._clock = clock
        self._period_seconds = period_seconds

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        store: Store,
        *,
        may_be_private: bool,
        clock: Clock,
        period_seconds: float = PERIOD_SECONDS,
    ) -> AsyncIterator[Self]:
        """Yield a sender that connects to the internet only, unless more is allowed."""
        connector = aiohttp.TCPConnector(
            socket_factory=None if may_be_private else open_public_socket,
            # Every request looks anew, and every receiver is left in peace between two.
            use_dns_cache=False,
            force_close=True,
        )
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as http:
            yield cls(
                store,
                http,
                may_be_private=may_be_private,
                clock=clock,
                period_seconds=period_seconds,
            )

    async def run(self) -> None:
        """Send until cancelled; an outage of the store is sat out."""
        while True:
            try:
                while await self.send_due() == MOST_AT_ONCE:
                    pass
            except StoreUnavailableError as error:
                _log.warning("webhooks wait for the store: %s", error)
            await asyncio.sleep(self._period_seconds)

    async def send_due(self) -> int:
        """Look for events, and try what is due; return how many were tried.

        Raises:
            StoreUnavailableError: the store is away; nothing is lost.
        """
        webhooks = {one.id: one for one in await self._store.list_webhooks()}
        if not webhooks:
            return 0
        await self._store.queue_deliveries(now_ms=self._clock())
        due = await self._store.claim_deliveries(
            now_ms=self._clock(), hold_ms=_HOLD_MS, most=MOST_AT_ONCE
        )
        known = [(one, webhooks[one.webhook_id]) for one in due if one.webhook_id in webhooks]
        results = await asyncio.gather(
            *(self._deliver(one, webhook) for one, webhook in known), return_exceptions=True
        )
        for result in results:
            # What was not noted is due again: at least once, not exactly.
            if isinstance(result, BaseException):
                raise result
        return len(due)

    async def _deliver(self, delivery: Delivery, webhook: Webhook) -> None:
        body = await make_payload(self._store, delivery, with_words=webhook.with_words)
        if body is None:
            await self._note(delivery, "given_up", "what it is about was deleted")
            return
        result = await self._send(delivery, webhook, body)
        if result is None:
            await self._note(delivery, "delivered", "taken")
        elif self._clock() - delivery.created_at_ms >= LONGEST_MS:
            await self._note(delivery, "given_up", result)
        else:
            await self._note(delivery, "waiting", result)

    async def _send(self, delivery: Delivery, webhook: Webhook, body: bytes) -> str | None:
        """Send once; return what went wrong, None: nothing did."""
        headers = {"Content-Type": "application/json", "User-Agent": "Sidenote"} | sign(
            webhook.secret,
            message_id=delivery.id,
            at_seconds=self._clock() // 1000,
            body=body,
        )
        try:
            # The settings may have changed since it was given.
            check_url(webhook.url, may_be_private=self._may_be_private)
            async with self._http.post(
                webhook.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                # What the receiver says beside its status is not read.
                return None if 200 <= answer.status < 300 else f"answered {answer.status}"
        except (NotPublicError, ValueError):
            return "its address is not on the internet"
        except TimeoutError:
            return f"no answer within {ANSWER_SECONDS:.0f} s"
        except aiohttp.ClientError as error:
            if isinstance(error.__cause__, NotPublicError):
                return "its address is not on the internet"
            return f"not reached ({type(error).__name__})"

    async def _note(self, delivery: Delivery, state: DeliveryState, result: str) -> None:
        pause = PAUSES_SECONDS[min(delivery.attempts, len(PAUSES_SECONDS)) - 1]
        # Not all at once again, when a receiver of many comes back.
        due_at_ms = self._clock() + round(pause * 1000 * random.uniform(0.8, 1.2))  # noqa: S311
        await self._store.note_delivery(delivery, state=state, due_at_ms=due_at_ms, result=result)
        if state == "given_up":
            _log.warning("webhook %s: %s given up: %s", delivery.webhook_id, delivery.event, result)
