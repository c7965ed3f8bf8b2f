"""Signatures as Standard Webhooks has them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

_PREFIX: Final = "whsec_"
_FEWEST_BYTES: Final = 24
_MOST_BYTES: Final = 64


def make_secret() -> str:
    """Return a new secret, as both sides keep it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_secret(text: str) -> str:
    """Return a secret as it is.

    Raises:
        ValueError: it is none.
    """
    if not _FEWEST_BYTES <= len(_key(text)) <= _MOST_BYTES:
        raise ValueError(
            f"must be whsec_ and the base64 of {_FEWEST_BYTES} to {_MOST_BYTES} random bytes"
        )
    return text


def sign(secret: str, *, message_id: str, at_seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers that prove who sent a body, and when.

    Args:
        secret: of the webhook.
        message_id: the same for every attempt.
        at_seconds: of this attempt, since the Unix epoch.
        body: exactly as it is sent.
    """
    signed = f"{message_id}.{at_seconds}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_seconds),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
