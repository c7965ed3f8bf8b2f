"""Deletes recordings that no upload knows: who received or deleted them died in between."""

import asyncio
import logging
from typing import Final

from records import Files, FilesUnavailableError, Store, StoreUnavailableError
from records.uploads import UPLOADS_FOLDER, upload_folder

_log = logging.getLogger(__name__)

PERIOD_SECONDS: Final = 3600.0
"""Between two looks; no recording takes so long from its first byte among the files to its row."""


class LeftRecordings:
    """Looks once an hour for folders of recordings without an upload.

    One is deleted when it has none at two looks in turn: a recording that is being received, by
    this token server or another one, has none either. Where not one has an upload, all are those
    of another store, and stay.
    """

    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files
        self._seen: set[str] = set()

    async def run(self) -> None:
        """Look until cancelled; what fails is tried again an hour later."""
        while True:
            await self.look_once()
            await asyncio.sleep(PERIOD_SECONDS)

    async def look_once(self) -> None:
        """Delete what had no upload the last time either."""
        try:
            # First the folders: what is received meanwhile is not among them.
            folders = set(await self._files.list_folders(UPLOADS_FOLDER))
            known = {upload_folder(one) for one in await self._store.list_upload_ids()}
            left = folders - known if folders & known else set()
            for folder in left & self._seen:
                await self._files.delete_folder(folder)
                _log.warning("a recording that no upload knows was deleted: %s", folder)
            self._seen = left - self._seen
        except (StoreUnavailableError, FilesUnavailableError) as error:
            _log.error("recordings that no upload knows may be left: %s", error)
