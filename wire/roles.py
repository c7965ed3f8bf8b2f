"""Who is host and who is guest, in a form that a participant cannot change.

A participant may edit its own name, metadata and attributes, but never its identity: the
media server takes that from the token. So the role stands in the identity, sealed for the
room with a key that only the token server and the agent hold:

    <role>-<nonce>-<seal>      seal = HMAC-SHA256(key, "role" NUL room NUL role NUL nonce)

An identity that somebody else's token server made up ("host-me") has no valid seal, and a
sealed identity of one room is worth nothing in another.
"""

import hashlib
import hmac
from typing import Final, Literal

Role = Literal["host", "guest"]

_ROLES: Final[tuple[Role, ...]] = ("host", "guest")
_NONCE_LENGTH: Final = 12
_SEAL_LENGTH: Final = 16


def derive_key(api_secret: str, purpose: str) -> bytes:
    """Return a 32-byte key for one purpose, so that no signature can serve for another."""
    return hmac.new(api_secret.encode(), f"sidenote {purpose}".encode(), hashlib.sha256).digest()


def seal_identity(api_secret: str, room_name: str, role: Role, seed: str) -> str:
    """Return the identity of a participant: the same seed gives the same identity.

    `seed` stays secret: it cannot be computed from the identity, so that nobody who sees an
    identity in the room can ask for a token that carries it.
    """
    nonce_text = "\0".join(("nonce", room_name, role, seed))
    nonce = _digest(derive_key(api_secret, "role"), nonce_text)[:_NONCE_LENGTH]
    return f"{role}-{nonce}-{_seal(api_secret, room_name, role, nonce)}"


def find_role(api_secret: str, room_name: str, identity: str) -> Role | None:
    """Return the role that the token server sealed into an identity, or None if it did not."""
    role, _, rest = identity.partition("-")
    nonce, _, seal = rest.partition("-")
    for known in _ROLES:
        if role == known and hmac.compare_digest(
            seal.encode(), _seal(api_secret, room_name, known, nonce).encode()
        ):
            return known
    return None


def _seal(api_secret: str, room_name: str, role: Role, nonce: str) -> str:
    text = "\0".join(("seal", room_name, role, nonce))
    return _digest(derive_key(api_secret, "role"), text)[:_SEAL_LENGTH]


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
