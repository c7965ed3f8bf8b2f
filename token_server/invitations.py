"""Invitations: signed, expiring, and good for one role in one life of one room."""

import secrets
from dataclasses import dataclass
from typing import Any, Final, get_args

import jwt

from token_server import problems
from token_server.problems import Kind, ProblemError
from wire.roles import Role, RoomLife, derive_key

_AUDIENCE: Final = "sidenote-invitation"
_LENGTH: Final = 4096
"""Most characters of an invitation; ours have about 350."""
_NEW = "ask the host for a new link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The right to be in a room in a role, until it expires."""

    id: str
    """Tells invitations apart; part of the seed of identities."""
    room_name: str
    room_created_at_ms: int
    """Which of the rooms of this name: a later one does not let old guests in."""
    role: Role
    name: str
    """What the invited person is called if they do not say."""
    expires_at_ms: int

    @property
    def life(self) -> RoomLife:
        """What the roles of those who come with it are sealed for."""
        return RoomLife(name=self.room_name, created_at_ms=self.room_created_at_ms)


def make_invitation_id() -> str:
    """Return an id that cannot be guessed."""
    return secrets.token_urlsafe(16)


def sign_invitation(api_secret: str, invitation: Invitation, *, now_ms: int) -> str:
    """Return the invitation as text (a JWT) that only a holder of the secret can make."""
    claims = {
        "aud": _AUDIENCE,
        "jti": invitation.id,
        "room": invitation.room_name,
        "created": invitation.room_created_at_ms,
        "role": invitation.role,
        "name": invitation.name,
        "iat": now_ms // 1000,
        "exp": invitation.expires_at_ms // 1000,
    }
    return jwt.encode(claims, derive_key(api_secret, "invitation"), algorithm="HS256")


def read_invitation(api_secret: str, text: str, *, now_ms: int) -> Invitation:
    """Check an invitation and return what it says.

    Raises:
        ProblemError: it was not signed here, is a token of another kind, or has expired.
    """
    if len(text) > _LENGTH:
        raise _refuse(problems.INVITATION_FORGED, "it is too long to be one")
    try:
        claims = jwt.decode(
            text,
            derive_key(api_secret, "invitation"),
            algorithms=["HS256"],
            audience=_AUDIENCE,
            # Time is an argument here.
            options={"verify_exp": False, "verify_iat": False, "require": ["aud", "exp", "jti"]},
        )
    except (jwt.InvalidAudienceError, jwt.MissingRequiredClaimError):
        raise _refuse(
            problems.INVITATION_OTHER_TOKEN, "it was signed here, but for something else"
        ) from None
    except (jwt.PyJWTError, ValueError):
        raise _explain(text) from None
    invitation = _parse(claims)
    if invitation.expires_at_ms <= now_ms:
        raise _refuse(problems.INVITATION_EXPIRED, "its time is over")
    return invitation


def _parse(claims: dict[str, Any]) -> Invitation:
    room_name, name = claims.get("room"), claims.get("name")
    created, expires = claims.get("created"), claims["exp"]
    role: Role | None = next((role for role in get_args(Role) if role == claims.get("role")), None)
    if (
        not isinstance(room_name, str)
        or not isinstance(name, str)
        or not isinstance(created, int)
        or not isinstance(expires, int)
        or role is None
    ):
        raise _refuse(problems.INVITATION_FORGED, "it lacks something that ours have")
    return Invitation(
        id=str(claims["jti"]),
        room_name=room_name,
        room_created_at_ms=created,
        role=role,
        name=name,
        expires_at_ms=expires * 1000,
    )


def _explain(text: str) -> ProblemError:
    """Say more kindly what an unsigned text is; what it claims is believed for this only."""
    try:
        claims = jwt.decode(text, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        return _refuse(problems.INVITATION_FORGED, "it is damaged or not a token at all")
    if "video" in claims:
        return ProblemError(
            problems.INVITATION_OTHER_TOKEN,
            "this is an access token of the media server",
            "send the invitation, which stands behind the # of the link",
        )
    return _refuse(
        problems.INVITATION_FORGED, "its signature is not ours, or the server's secret has changed"
    )


def _refuse(kind: Kind, detail: str) -> ProblemError:
    return ProblemError(kind, f"the invitation was refused: {detail}", _NEW)
