"""Brings finished parts from this machine into the file store, also those of jobs that died."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from livekit.agents import AgentServer

from agent.settings import AgentSettings
from agent.sound.part import ENDING, claimed, folder_of_parts, seal
from agent.speech_gate import SAMPLE_RATE_HZ
from records import Files, FilesUnavailableError, Store, StoreUnavailableError
from records.scratch import delete_left_folders
from records.sound import delete_erased_sound

logger = logging.getLogger("sidenote.sound")

LOOK_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 30.0
"""Pause when store or file store are away."""


class SoundUpload:
    """Looks for parts that nobody writes any more. Any number of workers may look at one folder.

    The store is asked before: what was erased is deleted and not brought anywhere.
    """

    @staticmethod
    def beside(server: AgentServer, settings: AgentSettings) -> None:
        """Let a worker look for parts from its first registration to its end."""
        looking: list[asyncio.Task[None]] = []

        def on_registered(*_: object) -> None:
            if not looking:
                loop = asyncio.get_running_loop()
                looking.append(loop.create_task(_look_for(settings), name="sound"))

        server.on("worker_registered", on_registered)

    def __init__(self, store: Store, files: Files, folder: Path) -> None:
        self._store = store
        self._files = files
        self._folder = folder

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            pause = LOOK_SECONDS
            try:
                await self.look()
            except (StoreUnavailableError, FilesUnavailableError, OSError) as error:
                kind = type(error).__name__
                logger.warning("parts of recordings wait", extra={"error": kind})
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """Bring every part that is finished, and delete what jobs that were killed had in hand.

        Raises:
            StoreUnavailableError: some wait; look again.
            FilesUnavailableError: as before.
            OSError: as before; a file could not be read or deleted.
        """
        await delete_erased_sound(self._store, self._files)
        await asyncio.to_thread(delete_left_folders)
        for path in await asyncio.to_thread(lambda: sorted(self._folder.glob(f"*{ENDING}"))):
            with claimed(path) as ours:
                if ours:
                    await self._bring(path)

    async def _bring(self, path: Path) -> None:
        part = await self._store.find_sound_part(path.stem)
        samples = await asyncio.to_thread(seal, path) if part else 0
        if part and samples:
            await self._files.put(part.path, path)
            duration_ms = round(samples * 1000 / SAMPLE_RATE_HZ)
            if not await self._store.finish_sound_part(part.id, duration_ms=duration_ms):
                await self._files.delete(part.path)
        elif part:
            await self._store.remove_sound_parts([part.id])
        await asyncio.to_thread(path.unlink)


async def _look_for(settings: AgentSettings) -> None:
    folder = folder_of_parts(settings.sound_folder, settings.database_url)
    async with Store(settings.database_url) as store:
        files = Files(settings.files_url, settings.file_arguments())
        await SoundUpload(store, files, folder).run()
