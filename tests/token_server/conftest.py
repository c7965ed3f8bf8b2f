"""A token server on a real store and the real media server, reached without a network."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.token_server.front import Front, OpenFront
from token_server import doorkeeper, watch
from token_server.app import create_app
from token_server.settings import TokenServerSettings


@pytest.fixture
def make_settings(media_server: Any, tmp_path: Path) -> Callable[..., TokenServerSettings]:
    def make(**changes: Any) -> TokenServerSettings:
        values = {
            "livekit_url": media_server.url,
            "livekit_api_key": media_server.api_key,
            "livekit_api_secret": media_server.api_secret,
            "database_url": f"sqlite:///{tmp_path}/sidenote.db",
            "files_url": str(tmp_path / "files"),
        }
        return TokenServerSettings(**{**values, **changes})

    return make


@pytest.fixture
def open_front(make_settings: Callable[..., TokenServerSettings], tmp_path: Path) -> OpenFront:
    @asynccontextmanager
    async def open_it(
        *, page_dir: Path | None = None, clock: Callable[[], int] | None = None, **changes: Any
    ) -> AsyncIterator[Front]:
        settings = make_settings(**changes)
        options: dict[str, Any] = {"clock": clock} if clock else {}
        app = create_app(settings, page_dir=page_dir or tmp_path / "no-page", **options)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client,
        ):
            yield Front(app=app, client=client, settings=settings)

    return open_it


@pytest.fixture
async def front(open_front: OpenFront) -> AsyncIterator[Front]:
    async with open_front() as running:
        yield running


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token server's own watch and doorkeeper look once, and then sleep."""
    for module in (watch, doorkeeper):
        monkeypatch.setattr(module, "PERIOD_SECONDS", 3600.0)
