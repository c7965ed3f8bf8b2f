"""Why a part of the call does not do what a host asks; the host is told in these words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from records import StoreUnavailableError
from wire.consent import UNAVAILABLE
from wire.controls import CONFLICT, NOT_FOUND


class RefusedError(Exception):
    """It is not done, and nothing has changed. The text is for people and holds nothing said."""

    code: ClassVar[int]
    """Of the RPC error that the caller gets."""


class NotFoundError(RefusedError):
    """This meeting has nothing of that id or name."""

    code = NOT_FOUND


class ConflictError(RefusedError):
    """It cannot be done to this thing any more."""

    code = CONFLICT


class UnavailableError(RefusedError):
    """The store is away; the text says what that means for the request."""

    code = UNAVAILABLE


@contextmanager
def when_store_is_away(meaning: str) -> Iterator[None]:
    """Tell the caller what it means for the request that the store is away."""
    try:
        yield
    except StoreUnavailableError:
        raise UnavailableError(meaning) from None
