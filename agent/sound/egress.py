"""Lets the media server's egress service keep the sound of a call, a track at a time.

Not every LiveKit server has the service; one without answers each request with an error, and the
hosts are told. What a killed job had begun is found again by the names of its files.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from livekit import api
from livekit.protocol.egress import EgressStatus

from agent.ears import HeardFrame
from agent.settings import AgentSettings
from records import Files, FilesUnavailableError, Store, StoreUnavailableError
from records.sound import SoundPart, sound_folder
from settings import FileSettings

logger = logging.getLogger("sidenote.sound")

LOOK_SECONDS: Final = 3.0
END_SECONDS: Final = 8.0
"""How long the end of a call waits for files that are being finished."""
_RUNNING: Final = frozenset({EgressStatus.EGRESS_STARTING, EgressStatus.EGRESS_ACTIVE})
_TIMEOUT: Final = aiohttp.ClientTimeout(total=5, connect=3)


class EgressParts:
    """Has tracks recorded in the form in which they are sent: a `agent.sound.writer.PartKeeper`."""

    format = "ogg"

    def __init__(
        self, settings: AgentSettings, *, store: Store, files: Files, room_name: str, room_sid: str
    ) -> None:
        """Name the room; nothing is asked of the media server before the first part.

        Args:
            settings: of the media server, and of the bucket.
            store: told how long the files have become.
            files: the same bucket, for deleting.
            room_name: of the call.
            room_sid: of the meeting.
        """
        self._settings = settings
        self._store = store
        self._files = files
        self._room_name = room_name
        self._room_sid = room_sid
        self.on_failure: Callable[[str, str], None] = lambda *_: None
        self._wanted: dict[str, str] = {}
        """Sids of the tracks to record now, by the ids of their parts."""
        self._unfinished: set[str] = set()
        """Ids of parts that were begun and whose files are not known to be whole."""
        self._without_file: set[str] = set()
        """Ids of parts that were never begun, or not kept."""
        self._news = asyncio.Event()

    def begin(self, part: SoundPart, track_sid: str) -> None:
        """Begin a part."""
        self._wanted[part.id] = track_sid
        self._news.set()

    def push(self, _: str, __: HeardFrame) -> None:
        """Take nothing: the service hears the track itself."""

    def end(self, part_id: str) -> None:
        """Finish a part."""
        if self._wanted.pop(part_id, None):
            if part_id not in self._unfinished:
                self._without_file.add(part_id)
            self._news.set()

    async def run(self) -> None:
        """Start and stop what is to be recorded until cancelled, then finish."""
        settings = self._settings
        async with api.LiveKitAPI(
            settings.livekit_url, settings.livekit_api_key, settings.api_secret, timeout=_TIMEOUT
        ) as server:
            # A job before this one may have left some.
            await self._look(server, always=True)
            try:
                while True:
                    try:
                        async with asyncio.timeout(LOOK_SECONDS):
                            await self._news.wait()
                    except TimeoutError:
                        pass
                    await self._look(server)
            finally:
                self._wanted.clear()
                await self._finish(server)

    async def _finish(self, server: api.LiveKitAPI) -> None:
        try:
            async with asyncio.timeout(END_SECONDS):
                while self._unfinished:
                    await self._look(server)
                    await asyncio.sleep(LOOK_SECONDS / 6)
        except TimeoutError:
            logger.warning("files of the egress service are not finished yet")

    async def _look(self, server: api.LiveKitAPI, *, always: bool = False) -> None:
        """Compare what runs with what is wanted, and change it."""
        self._news.clear()
        if not (always or self._wanted or self._unfinished or self._without_file):
            return
        try:
            if gone := list(self._without_file):
                await self._store.remove_sound_parts(gone)
                self._without_file.difference_update(gone)
            known = await self._list(server)
            for part_id in self._wanted.keys() - self._unfinished:
                await self._start(server, part_id)
            for part_id, one in known.items():
                if one.status in _RUNNING and part_id not in self._wanted:
                    await server.egress.stop_egress(api.StopEgressRequest(egress_id=one.egress_id))
                elif one.status > EgressStatus.EGRESS_ENDING and part_id in self._unfinished:
                    await self._settle(part_id, one)
        except (aiohttp.ClientError, TimeoutError, api.TwirpError) as error:
            says = error.message if isinstance(error, api.TwirpError) else "nothing"
            self._give_up(
                f"the media server's egress service says {says!r}; SOUND=agent needs none"
            )
        except (StoreUnavailableError, FilesUnavailableError) as error:
            logger.warning("a recording waits", extra={"error": str(error)})

    async def _list(self, server: api.LiveKitAPI) -> dict[str, api.EgressInfo]:
        """Return what the service does or has done in this room for us, by the ids of parts."""
        listed = await server.egress.list_egress(api.ListEgressRequest(room_name=self._room_name))
        folder = sound_folder(self._room_sid)
        paths = {one.egress_id: PurePosixPath(one.track.file.filepath) for one in listed.items}
        ours = [one for one in listed.items if str(paths[one.egress_id].parent).endswith(folder)]
        found = {paths[one.egress_id].stem: one for one in ours}
        self._unfinished |= {part for part, one in found.items() if one.status in _RUNNING}
        return found

    async def _start(self, server: api.LiveKitAPI, part_id: str) -> None:
        track_sid = self._wanted.get(part_id)
        if track_sid is None:  # it has ended meanwhile
            return
        path = f"{sound_folder(self._room_sid)}/{part_id}.{self.format}"
        request = api.TrackEgressRequest(
            room_name=self._room_name,
            track_id=track_sid,
            file=output_for(self._settings, path),
        )
        await server.egress.start_track_egress(request)
        self._unfinished.add(part_id)

    async def _settle(self, part_id: str, one: api.EgressInfo) -> None:
        """Keep how long a file is, or that there is none."""
        files = list(one.file_results)
        if one.status == EgressStatus.EGRESS_COMPLETE and files:
            # The service tells times in nanoseconds, and begins some seconds after it was asked.
            if not await self._store.finish_sound_part(
                part_id,
                duration_ms=files[0].duration // 1_000_000,
                started_at_ms=files[0].started_at // 1_000_000 or None,
            ):
                # It was erased before it was whole.
                path = f"{sound_folder(self._room_sid)}/{part_id}.{self.format}"
                await self._files.delete(path)
        else:
            self._without_file.add(part_id)
        self._unfinished.discard(part_id)
        if self._wanted.pop(part_id, None):
            self.on_failure(part_id, "the media server's egress service has stopped")

    def _give_up(self, reason: str) -> None:
        logger.error("the egress service does not record", extra={"reason": reason})
        for part_id in list(self._wanted):
            if part_id not in self._unfinished:
                del self._wanted[part_id]
                self._without_file.add(part_id)
                self.on_failure(part_id, reason)


def output_for(settings: FileSettings, path: str) -> api.DirectFileOutput | None:
    """Return where the service is to write a file; None: it cannot write where FILES_URL says."""
    url = urlsplit(settings.files_url)
    if url.scheme not in ("s3", "s3a"):
        return None
    arguments: dict[str, Any] = settings.file_arguments()
    client: dict[str, Any] = arguments.get("client_kwargs") or {}
    return api.DirectFileOutput(
        filepath="/".join(filter(None, (url.path.strip("/"), path))),
        disable_manifest=True,
        s3=api.S3Upload(
            access_key=arguments.get("key", ""),
            secret=arguments.get("secret", ""),
            session_token=arguments.get("token", ""),
            region=client.get("region_name", ""),
            endpoint=arguments.get("endpoint_url") or client.get("endpoint_url", ""),
            bucket=url.netloc,
            force_path_style=bool(arguments.get("endpoint_url") or client.get("endpoint_url")),
        ),
    )
