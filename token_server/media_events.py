"""What the media server tells of its own accord.

It only wakes the watch. What is true, the watch asks the media server itself: a webhook that is
lost costs half a second, one that comes twice costs a look.
"""

import hmac
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Final

import jwt
from google.protobuf.json_format import Parse, ParseError
from livekit import api
from livekit.protocol.webhook import WebhookEvent

from settings import LiveKitSettings
from token_server import problems
from token_server.problems import ProblemError

_WAKING: Final = frozenset(
    {"participant_joined", "participant_left", "room_started", "room_finished"}
)
_REMEMBERED: Final = 4_096
"""Ids of events; the media server gives up repeating one after half a minute."""


class MediaEvents:
    """Checks what comes as from the media server, and wakes the watch once for each event.

    The ids are in memory: after a restart, or at another token server, an event that comes again
    costs one more look, and a store would cost more than that.
    """

    def __init__(self, settings: LiveKitSettings, wake: Callable[[], None]) -> None:
        """Begin with no events seen.

        Args:
            settings: have the key pair that signs the events.
            wake: called for an event that may change who needs an agent.
        """
        self._verifier = api.TokenVerifier(settings.livekit_api_key, settings.api_secret)
        self._wake = wake
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, body: bytes, authorization: str) -> None:
        """Take an event.

        Args:
            body: as it came, byte by byte: the signature holds its hash.
            authorization: the header, a token without "Bearer".

        Raises:
            ProblemError: it is not from our media server, or it is no event.
        """
        event = self._check(body, authorization)
        if event.id in self._seen:
            return
        self._seen[event.id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        if event.event in _WAKING:
            self._wake()

    def _check(self, body: bytes, authorization: str) -> WebhookEvent:
        # Not by the library's receiver: it raises bare `Exception` for what is only forged.
        try:
            claims = self._verifier.verify(authorization)
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
            raise _forged() from None
        expected = b64encode(sha256(body).digest()).decode()
        # A participant's token is signed with the same key, and has no hash in it.
        if not claims.sha256 or not hmac.compare_digest(expected, claims.sha256):
            raise _forged()
        try:
            event: WebhookEvent = Parse(body, WebhookEvent(), ignore_unknown_fields=True)
        except (ParseError, UnicodeDecodeError):
            raise ProblemError(
                problems.INVALID, "the body is no event of a LiveKit server", "send it unchanged"
            ) from None
        if not event.id:
            raise ProblemError(
                problems.INVALID, "the event has no id", "send what the media server sends"
            )
        return event


def _forged() -> ProblemError:
    return ProblemError(
        problems.EVENT_FORGED,
        "the event is not signed with our key pair, is older than five minutes, or was changed",
        "set `webhook.api_key` of the media server to LIVEKIT_API_KEY, and compare both clocks",
    )
