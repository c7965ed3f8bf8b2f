"""Routes to the profiles of people who want to know what concerns them in meetings."""

import logging
from typing import Annotated, Final

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from records import Profile
from token_server import problems
from token_server.access import RoomsAllowed
from token_server.desk import DeskNeeded
from token_server.models import answer_config, request_config
from token_server.names import DisplayName
from token_server.problems import KEY_PROBLEMS, ProblemError, document

_log = logging.getLogger(__name__)
_PROFILE: Final = {
    "name": "Ana",
    "role": "head of sales",
    "keywords": ["discount", "renewal"],
    "projects": ["Acme"],
}

router = APIRouter(
    prefix="/profiles", tags=["profiles"], dependencies=[RoomsAllowed], responses=KEY_PROBLEMS
)

ProfileId = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="id of the profile"),
]
_Word = Annotated[str, Field(min_length=1, max_length=120)]


class ProfileRequest(BaseModel):
    """What is known of somebody."""

    model_config = request_config(_PROFILE)

    name: DisplayName
    """As in calls: a host of this name is told at once when it is spoken of them."""
    role: Annotated[str, Field(max_length=256)] = ""
    keywords: Annotated[list[_Word], Field(max_length=50)] = []
    projects: Annotated[list[_Word], Field(max_length=50)] = []


class KnownProfile(BaseModel):
    """Somebody who wants to know what concerns them."""

    model_config = answer_config({"id": "ana", **_PROFILE})

    id: str
    name: str
    role: str
    keywords: list[str]
    projects: list[str]


class ProfileList(BaseModel):
    """All profiles, by name."""

    model_config = answer_config({"profiles": [{"id": "ana", **_PROFILE}]})

    profiles: list[KnownProfile]


@router.get("")
async def list_profiles(desk: DeskNeeded) -> ProfileList:
    """List all profiles."""
    return ProfileList(profiles=[_describe(one) for one in await desk.store.list_profiles()])


@router.get("/{profile_id}", responses=document(problems.PROFILE_NOT_FOUND))
async def get_profile(desk: DeskNeeded, profile_id: ProfileId) -> KnownProfile:
    """Show a profile."""
    profile = await desk.store.find_profile(profile_id)
    if profile is None:
        raise profile_not_found()
    return _describe(profile)


@router.put("/{profile_id}", responses=document(problems.NOT_JSON))
async def put_profile(
    desk: DeskNeeded, profile_id: ProfileId, wanted: Annotated[ProfileRequest, Body()]
) -> KnownProfile:
    """Keep a profile, in place of an older one of its id; calls follow it from their next on."""
    profile = Profile(
        id=profile_id,
        name=wanted.name,
        role=wanted.role,
        keywords=tuple(wanted.keywords),
        projects=tuple(wanted.projects),
    )
    await desk.store.put_profile(profile)
    _log.info("profile changed")
    return _describe(profile)


@router.delete("/{profile_id}", status_code=204, responses=document(problems.PROFILE_NOT_FOUND))
async def delete_profile(desk: DeskNeeded, profile_id: ProfileId) -> None:
    """Forget a profile; minutes that were written for it stay with their meetings."""
    if not await desk.store.delete_profile(profile_id):
        raise profile_not_found()


def profile_not_found() -> ProblemError:
    """Return the problem of an id that no profile has."""
    return ProblemError(
        problems.PROFILE_NOT_FOUND, "there is no profile of this id", "GET /profiles lists them"
    )


def _describe(one: Profile) -> KnownProfile:
    return KnownProfile(
        id=one.id,
        name=one.name,
        role=one.role,
        keywords=list(one.keywords),
        projects=list(one.projects),
    )
