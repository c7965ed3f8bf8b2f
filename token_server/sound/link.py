"""Links to sound: signed, expiring, good for one file. Players send no header that lets them in."""

from typing import Final, Literal

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from token_server import problems
from token_server.problems import ProblemError
from wire.roles import derive_key

LINK_SECONDS: Final = 6 * 3600
_AUDIENCE: Final = "sidenote-sound"
_LONGEST: Final = 4096


class SoundWanted(BaseModel):
    """What a link leads to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    room_sid: str
    kind: Literal["part", "mixed"]
    of: str = ""
    """Of a part, its id. Of a mixed file, the identity of the only participant in it; empty:
    everybody is."""


def sign_link(api_secret: str, wanted: SoundWanted, *, now_ms: int) -> str:
    """Return a path with its query that plays a file for some hours."""
    claims = wanted.model_dump() | {"aud": _AUDIENCE, "exp": now_ms // 1000 + LINK_SECONDS}
    ticket = jwt.encode(claims, derive_key(api_secret, "sound"), algorithm="HS256")
    return f"/sound?ticket={ticket}"


def read_ticket(api_secret: str, ticket: str, *, now_ms: int) -> SoundWanted:
    """Check the ticket of a link and return what it is for.

    Raises:
        ProblemError: it was not signed here, or its time is over.
    """
    try:
        claims = jwt.decode(
            ticket[:_LONGEST],
            derive_key(api_secret, "sound"),
            algorithms=["HS256"],
            audience=_AUDIENCE,
            # Time is an argument here.
            options={"verify_exp": False, "require": ["aud", "exp"]},
        )
        wanted = SoundWanted.model_validate(claims)
    except (jwt.PyJWTError, ValidationError, ValueError):
        raise _refuse("the link is not from here, or not whole") from None
    if claims["exp"] * 1000 <= now_ms:
        raise _refuse("the link's time is over")
    return wanted


def _refuse(detail: str) -> ProblemError:
    return ProblemError(
        problems.SOUND_LINK, detail, "GET /meetings/{room_sid}/sound gives fresh links"
    )
