"""Puts the token server together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.cors import CORSMiddleware

from token_server import (
    costs,
    health,
    media_event_endpoint,
    playbooks,
    profiles,
    reference,
    rooms,
    token_endpoint,
)
from token_server.briefs import endpoints as briefs
from token_server.desk import Clock, wall_clock_ms
from token_server.exports import endpoints as exports
from token_server.guards import Guards
from token_server.meetings import deletion, events, minutes, parts
from token_server.meetings import endpoints as meetings
from token_server.models import Problem
from token_server.opening import open_desk
from token_server.page import PAGE_DIR, Assets, make_page_router
from token_server.problems import add_problem_answers
from token_server.settings import TokenServerSettings
from token_server.sound import endpoints as sound
from token_server.tasks import answers
from token_server.tasks import endpoints as tasks
from token_server.uploads import endpoints as uploads
from token_server.webhooks import endpoints as webhooks

_TITLE: Final = "Sidenote token server"
_VERSION: Final = "0.1.0"
_DESCRIPTION: Final = (
    "Creates calls with the agent in them and lets invited people in. Every error is a "
    "problem+json body whose `remedy` says what to change."
)

_ROUTERS: Final = (
    health.router,
    media_event_endpoint.router,
    rooms.router,
    token_endpoint.router,
    tasks.router,
    answers.router,
    briefs.router,
    costs.router,
    meetings.router,
    parts.router,
    minutes.router,
    events.router,
    exports.router,
    deletion.router,
    profiles.router,
    playbooks.router,
    webhooks.router,
    uploads.router,
    sound.router,
    reference.router,
)


def create_app(
    settings: TokenServerSettings, *, clock: Clock = wall_clock_ms, page_dir: Path = PAGE_DIR
) -> FastAPI:
    """Return the application; store, media server and watch are opened when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_desk(settings, clock) as desk:
            app.state.desk = desk
            yield

    app = FastAPI(
        title=_TITLE,
        version=_VERSION,
        description=_DESCRIPTION,
        lifespan=lifespan,
        # Their pages load scripts from elsewhere; `reference` shows the same without.
        docs_url=None,
        redoc_url=None,
    )
    for router in _ROUTERS:
        app.include_router(router)
    app.include_router(make_page_router(page_dir, settings.browser_media_url))
    app.mount("/assets", Assets(directory=page_dir / "assets", check_dir=False))
    add_problem_answers(app)
    app.add_middleware(Guards)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "last-event-id", "x-api-key"],
            expose_headers=["content-disposition"],
            max_age=600,
        )
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]
    return app


def _describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description with the form of our problems in it."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        template = "#/components/schemas/{model}"
        problem = Problem.model_json_schema(ref_template=template)
        parts = schema["components"]["schemas"]
        parts.update(problem.pop("$defs", {}))
        parts["Problem"] = problem
        app.openapi_schema = schema
    return app.openapi_schema
