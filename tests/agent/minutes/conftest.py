import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    """Closes what a test opens; a test that hangs fails."""
    async with asyncio.timeout(90), AsyncExitStack() as stack:
        yield stack
