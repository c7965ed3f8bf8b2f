"""What the errors of ElevenLabs mean: give up at once, or open the session again."""

from dataclasses import dataclass
from typing import Final

from livekit.agents import APIConnectionError, APIStatusError

PAUSE_SECONDS: Final = 0.5
"""Least pause before a session is opened again after the service said that it has too much."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    remedy: str


_KEY: Final = "the key was refused; check ELEVENLABS_API_KEY"
# Over HTTP a used-up quota has the status of a wrong key, and no body is to be had here.
_KEY_OR_QUOTA: Final = (
    "the key was refused or its quota is used up; check ELEVENLABS_API_KEY and the account"
)
_QUOTA: Final = "the quota is used up; raise it or wait for its renewal"
_TERMS: Final = "the terms are not accepted; accept them on the account's page"
_REQUEST: Final = "the session was refused; check model, language, key terms and base URL"

_FATAL_TYPES: Final = {
    "auth_error": _Refusal(401, _KEY),
    "quota_exceeded": _Refusal(402, _QUOTA),
    "unaccepted_terms": _Refusal(403, _TERMS),
    "invalid_request": _Refusal(400, _REQUEST),
}
_FATAL_STATUSES: Final = {
    400: _REQUEST,
    401: _KEY_OR_QUOTA,
    402: _QUOTA,
    403: _KEY_OR_QUOTA,
    404: _REQUEST,
    422: _REQUEST,
}
_BUSY_TYPES: Final = frozenset(
    {"rate_limited", "queue_overflow", "resource_exhausted", "commit_throttled"}
)
NOTHING_HEARD: Final = "insufficient_audio_activity"
"""The service found no speech in what it was sent."""


class SessionLostError(Exception):
    """A session has ended that another one may replace."""

    def __init__(self, reason: str, *, pause_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        """For logs and error texts; never anything that the service wrote as prose."""
        self.pause_seconds = pause_seconds
        """Least pause before the next session."""


def error_of_message(message_type: str) -> APIStatusError | SessionLostError:
    """Return what an error message means; its prose is left out, for it may quote anything."""
    if refusal := _FATAL_TYPES.get(message_type):
        return _fatal(refusal.status, message_type, refusal.remedy)
    busy = message_type in _BUSY_TYPES
    return SessionLostError(message_type, pause_seconds=PAUSE_SECONDS if busy else 0.0)


def error_of_status(status: int) -> APIStatusError | SessionLostError:
    """Return what an HTTP status in place of a session means."""
    if remedy := _FATAL_STATUSES.get(status):
        return _fatal(status, f"HTTP {status}", remedy)
    busy = status in {429, 503}
    return SessionLostError(f"HTTP {status}", pause_seconds=PAUSE_SECONDS if busy else 0.0)


def gave_up(seconds: float, reason: str) -> APIConnectionError:
    """Return the error of a stream that could not answer in time."""
    return APIConnectionError(
        f"ElevenLabs has not answered speech for {seconds:.1f} s (last: {reason}); "
        "check the network and the service's status page"
    )


def _fatal(status: int, name: str, remedy: str) -> APIStatusError:
    return APIStatusError(f"ElevenLabs: {remedy} ({name})", status_code=status, retryable=False)
