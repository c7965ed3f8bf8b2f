"""Why a model gave no answer: in words for people, and what follows from it."""

from collections.abc import Mapping
from typing import Final

import openai

from agent.models.pace import retry_after_seconds
from agent.stt.health import FailureReason

_RETRIED: Final = frozenset({408, 409, 429})
"""And every status from 500 on: what OpenAI's own library repeats."""
_REFUSED: Final = frozenset({401, 403, 404})
_REMEDIES: Final = {
    401: "; check its key",
    402: "; the account has no credit left",
    403: "; check what its key may use",
    404: "; check the model's name and the server's address",
    429: "; its rate limit is reached",
}
_RATE_CODES: Final = frozenset({"429", "rate_limit_exceeded", "rate_limit_error"})


class LinkError(Exception):
    """One model gave no usable answer; the text says why and holds nothing that was said."""

    def __init__(
        self,
        words: str,
        *,
        reason: FailureReason | None = None,
        retry: bool = False,
        limited: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say what went wrong.

        Args:
            words: behind the model's name: "answered 500".
            reason: what is wrong with the model; None: nothing, it is this request.
            retry: whether the same model may answer the same request yet.
            limited: whether the rate was too high.
            headers: of the refusal.
        """
        super().__init__(words)
        self.words = words
        self.reason = reason
        self.retry = retry
        self.limited = limited
        self.headers = headers or {}

    @property
    def wait_seconds(self) -> float | None:
        """How long the server asks to be left alone; None: it does not say."""
        return retry_after_seconds(self.headers)


def failure_of(error: Exception) -> LinkError:
    """Translate what OpenAI's library raises, and what a stream that is no such stream does."""
    if isinstance(error, openai.APIStatusError):
        return _of_status(error)
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return LinkError("answers too late", reason="too_slow", retry=True)
    if isinstance(error, openai.APIConnectionError):
        return LinkError("cannot be reached, or breaks off", reason="provider_down", retry=True)
    if isinstance(error, openai.APIError):
        # An error event in mid-stream; its status is long gone.
        limited = str(error.code) in _RATE_CODES or error.type in _RATE_CODES
        return LinkError(
            "broke off with an error",
            reason=None if limited else "provider_down",
            retry=True,
            limited=limited,
        )
    return LinkError("does not speak OpenAI's chat completions", reason="provider_down", retry=True)


def _of_status(error: openai.APIStatusError) -> LinkError:
    status = error.status_code
    quota = status == 402 or error.code == "insufficient_quota"
    words = f"answered {status}{_REMEDIES[402] if quota else _REMEDIES.get(status, '')}"
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    reason: FailureReason | None = None
    if quota:
        reason = "quota"
    elif status in _REFUSED:
        reason = "refused"
    elif status >= 500:
        reason = "provider_down"
    return LinkError(
        words,
        reason=reason,
        retry=not quota and _may_retry(status, headers),
        limited=status == 429 and not quota,
        headers=headers,
    )


def _may_retry(status: int, headers: Mapping[str, str]) -> bool:
    told = headers.get("x-should-retry")
    if told in {"true", "false"}:
        return told == "true"
    return status in _RETRIED or status >= 500
