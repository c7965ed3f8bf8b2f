"""Who is host and who is guest, in a form that a participant cannot change.

A participant may edit its own name, metadata and attributes, but never its identity: the
media server takes that from the token. So the role stands in the identity, sealed for one life
of one room with a key that only the token server and the agent hold:

    <role>-<nonce>-<seal>      seal = HMAC-SHA256(key, "seal" NUL room NUL life NUL role NUL nonce)

A room's life begins when the token server records it (`Room.created_at_ms`): tokens outlive the
room they were for, and the next room may have its name. A media server that makes the room anew
begins no life.

An identity that somebody else's token server made up ("host-me") has no valid seal, and a
sealed identity of one room is worth nothing in another, nor in a later one of the same name.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["host", "guest"]

_ROLES: Final[tuple[Role, ...]] = ("host", "guest")
_NONCE_LENGTH: Final = 12
_SEAL_LENGTH: Final = 16
_FORM: Final = re.compile(
    rf"({'|'.join(_ROLES)})-[0-9a-f]{{{_NONCE_LENGTH}}}-[0-9a-f]{{{_SEAL_LENGTH}}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLife:
    """One of the rooms that had or will have a name."""

    name: str
    created_at_ms: int
    """When the token server recorded it; 0: it did not."""


def derive_key(api_secret: str, purpose: str) -> bytes:
    """Return a 32-byte key for one purpose, so that no signature can serve for another."""
    return hmac.new(api_secret.encode(), f"sidenote {purpose}".encode(), hashlib.sha256).digest()


def seal_identity(api_secret: str, room: RoomLife, role: Role, seed: str) -> str:
    """Return the identity of a participant: the same seed gives the same identity.

    `seed` stays secret: it cannot be computed from the identity, so that nobody who sees an
    identity in the room can ask for a token that carries it.
    """
    nonce_text = "\0".join(("nonce", room.name, role, seed))
    nonce = _digest(derive_key(api_secret, "role"), nonce_text)[:_NONCE_LENGTH]
    return f"{role}-{nonce}-{_seal(api_secret, room, role, nonce)}"


def find_role(api_secret: str, room: RoomLife, identity: str) -> Role | None:
    """Return the role that the token server sealed into an identity, or None if it did not."""
    role, _, rest = identity.partition("-")
    nonce, _, seal = rest.partition("-")
    for known in _ROLES:
        if role == known and hmac.compare_digest(
            seal.encode(), _seal(api_secret, room, known, nonce).encode()
        ):
            return known
    return None


def is_of_another_room(api_secret: str, room: RoomLife, identity: str) -> bool:
    """Tell whether an identity has our form and was not sealed for this life of this room."""
    return bool(_FORM.fullmatch(identity)) and find_role(api_secret, room, identity) is None


def _seal(api_secret: str, room: RoomLife, role: Role, nonce: str) -> str:
    text = "\0".join(("seal", room.name, str(room.created_at_ms), role, nonce))
    return _digest(derive_key(api_secret, "role"), text)[:_SEAL_LENGTH]


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
