"""What a request shows to be let in: an invitation, the API key, or that it comes from here."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from token_server.access import check_rooms_access, is_same_key
from token_server.desk import DeskNeeded
from token_server.invitations import Invitation, read_invitation

_KEY_HEADER = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="SIDENOTE_API_KEY of the token server"
)
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="Invitation",
    description="what stands behind the # of an invitation's link; or the API key",
)


async def _find_invitation(
    request: Request,
    desk: DeskNeeded,
    header_key: Annotated[str | None, Depends(_KEY_HEADER)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Invitation | None:
    credentials = bearer.credentials if bearer else None
    # A signed token has two dots; everything else that comes as Bearer is meant for a key.
    if (
        credentials is None
        or credentials.count(".") != 2
        or is_same_key(desk.settings.api_key or "", credentials)
    ):
        check_rooms_access(request, desk.settings, header_key or credentials)
        return None
    return read_invitation(desk.settings.api_secret, credentials, now_ms=desk.clock())


InvitationShown = Annotated[Invitation | None, Depends(_find_invitation)]
"""The invitation that was shown; None: whoever asks may use rooms, and so see everything.

Neither is a problem that the request is answered with.
"""
