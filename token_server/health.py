"""Routes for whoever watches over the token server."""

import asyncio
from typing import Final

from fastapi import APIRouter

from records import StoreUnavailableError
from token_server import problems
from token_server.desk import Desk, DeskNeeded
from token_server.models import Check, Health, PageConfig, Readiness, RoleNames
from token_server.problems import ProblemError, document
from wire.topics import AGENT_NAME

WORKER_SEEN_SECONDS: Final = 10
"""A worker that has not been heard of for longer does not count."""

router = APIRouter(tags=["health"])


@router.get("/health")
async def get_health() -> Health:
    """Tell that the token server runs; looks at nothing else."""
    return Health()


@router.get("/ready", responses=document(problems.NOT_READY))
async def get_ready(desk: DeskNeeded) -> Readiness:
    """Tell whether a call could begin now, and if not, which part is missing."""
    checks = list(
        await asyncio.gather(_check_media_server(desk), _check_store(desk), _check_worker(desk))
    )
    missing = [check for check in checks if not check.ok]
    if missing:
        raise ProblemError(
            problems.NOT_READY,
            "not ready: " + ", ".join(check.name for check in missing),
            "; ".join(check.detail for check in missing),
            checks=checks,
        )
    return Readiness(checks=checks)


@router.get("/config")
async def get_config(desk: DeskNeeded) -> PageConfig:
    """Tell the page what it must know before anybody has joined."""
    settings = desk.settings
    return PageConfig(
        roles=RoleNames(host=settings.role_host_name, guest=settings.role_guest_name),
        rooms_need_key=settings.api_key is not None,
    )


async def _check_media_server(desk: Desk) -> Check:
    place = desk.media_server.place
    try:
        # A name that no room has: the answer is short, however many rooms there are.
        await desk.media_server.list_rooms(["-"])
    except ProblemError as error:
        return Check(name="media_server", ok=False, detail=f"{error.detail}: {error.remedy}")
    return Check(name="media_server", ok=True, detail=place)


async def _check_store(desk: Desk) -> Check:
    try:
        await desk.store.ping()
    except StoreUnavailableError as error:
        return Check(name="store", ok=False, detail=f"{error}: check DATABASE_URL")
    return Check(name="store", ok=True, detail="answers")


async def _check_worker(desk: Desk) -> Check:
    seen_after_ms = desk.clock() - WORKER_SEEN_SECONDS * 1000
    try:
        workers = await desk.store.list_workers(seen_after_ms=seen_after_ms)
    except StoreUnavailableError:
        return Check(name="worker", ok=False, detail="workers report to the store, which is down")
    own = [worker for worker in workers if worker.agent_name == AGENT_NAME]
    if not own:
        detail = (
            f"no worker was heard of in the last {WORKER_SEEN_SECONDS} s: start one with "
            "`python -m agent start` and the same DATABASE_URL"
        )
        return Check(name="worker", ok=False, detail=detail)
    calls = sum(worker.active_jobs for worker in own)
    return Check(name="worker", ok=True, detail=f"{len(own)} registered, {calls} calls")
