"""Fixtures that every test may use, and the rules that every test keeps."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from records import Store, migrate
from settings.base import ENV_FILE_VARIABLE
from tests.parts import MediaServer, TestStack, clean_environment

KINDS = {"unit", "room", "page"}


def pytest_configure() -> None:
    """Let programs that tests start be interrupted.

    A shell starts what runs in the background with SIGINT ignored, and children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test module says what it needs."""
    for item in items:
        if not KINDS & {mark.name for mark in item.iter_markers()}:
            raise pytest.UsageError(f"{item.nodeid}: mark the module as one of {sorted(KINDS)}")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads this machine's settings or keys."""
    clean = clean_environment()
    import os

    for name in set(os.environ) - set(clean):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)
    for name in ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(ENV_FILE_VARIABLE, "/dev/null")


@pytest.fixture(autouse=True)
async def _no_task_left() -> AsyncIterator[None]:
    """A test that leaves a task behind fails: every task has an owner."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    left.discard(asyncio.current_task())  # the teardown itself
    assert not left, f"tasks left behind: {left}"


@pytest.fixture(scope="session")
def media_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaServer]:
    """A real livekit-server for the whole session."""
    server = MediaServer(tmp_path_factory.mktemp("media-server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """Media server, token server and worker for the whole session; use rooms of your own."""
    running = TestStack(tmp_path_factory.mktemp("stack"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A database of the test's own, with its tables."""
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store of the test's own."""
    async with Store(database_url) as opened:
        yield opened
