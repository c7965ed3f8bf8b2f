"""Puts the token server together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.cors import CORSMiddleware

from records import Files, Store, migrate
from token_server import (
    answers,
    briefs,
    costs,
    health,
    media_event_endpoint,
    meeting_deletion,
    meeting_events,
    meeting_exports,
    meeting_minutes,
    meeting_parts,
    meetings,
    playbooks,
    profiles,
    reference,
    rooms,
    sound,
    tasks,
    token_endpoint,
    uploads,
    webhooks,
)
from token_server.desk import Clock, Desk, wall_clock_ms
from token_server.guards import Guards
from token_server.live_meetings import LiveMeetings
from token_server.media_events import MediaEvents
from token_server.media_server import MediaServer
from token_server.models import Problem
from token_server.page import PAGE_DIR, Assets, make_page_router
from token_server.problems import add_problem_answers
from token_server.retention import Retention
from token_server.settings import TokenServerSettings
from token_server.upload_watch import UploadWatch
from token_server.watch import Watch
from token_server.webhook_sender import WebhookSender

_TITLE: Final = "Sidenote token server"
_LAST_LOOK_SECONDS: Final = 3.0
"""How long the end waits for a look at the rooms that is under way."""
_VERSION: Final = "0.1.0"
_DESCRIPTION: Final = (
    "Creates calls with the agent in them and lets invited people in. Every error is a "
    "problem+json body whose `remedy` says what to change."
)


def create_app(
    settings: TokenServerSettings, *, clock: Clock = wall_clock_ms, page_dir: Path = PAGE_DIR
) -> FastAPI:
    """Return the application; store, media server and watch are opened when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(migrate, settings.database_url)
        async with (
            Store(settings.database_url) as store,
            MediaServer.open(settings) as media,
            WebhookSender.open(
                store, may_be_private=settings.webhooks_may_be_private, clock=clock
            ) as sender,
        ):
            watch = Watch(
                store,
                media,
                watch_rooms=settings.watch_rooms,
                invitation_ttl_hours=settings.invitation_ttl_hours,
                clock=clock,
            )
            upload_watch = UploadWatch(store, media, clock)
            live_meetings = LiveMeetings(store)
            desk = app.state.desk = Desk(
                settings=settings,
                store=store,
                files=Files(settings.files_url, settings.file_arguments()),
                media_server=media,
                clock=clock,
                media_events=MediaEvents(settings, watch.wake),
                live_meetings=live_meetings,
                on_upload=upload_watch.wake,
            )
            async with asyncio.TaskGroup() as tasks:
                watching = {
                    tasks.create_task(watch.run(), name="watch"),
                    tasks.create_task(upload_watch.run(), name="upload watch"),
                }
                background = [
                    tasks.create_task(live_meetings.run(), name="live meetings"),
                    tasks.create_task(sender.run(), name="webhooks"),
                ]
                if settings.retention_days:
                    keeping = Retention(desk, settings.retention_days)
                    background.append(tasks.create_task(keeping.run(), name="retention"))
                yield
                for task in background:
                    task.cancel()
                watch.stop()
                upload_watch.stop()
                await asyncio.wait(watching, timeout=_LAST_LOOK_SECONDS)
                for task in watching:
                    task.cancel()

    app = FastAPI(
        title=_TITLE,
        version=_VERSION,
        description=_DESCRIPTION,
        lifespan=lifespan,
        # Their pages load scripts from elsewhere; `reference` shows the same without.
        docs_url=None,
        redoc_url=None,
    )
    for router in (
        health.router,
        media_event_endpoint.router,
        rooms.router,
        token_endpoint.router,
        tasks.router,
        answers.router,
        briefs.router,
        costs.router,
        meetings.router,
        meeting_parts.router,
        meeting_minutes.router,
        meeting_events.router,
        meeting_exports.router,
        meeting_deletion.router,
        profiles.router,
        playbooks.router,
        webhooks.router,
        uploads.router,
        sound.router,
        reference.router,
    ):
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
