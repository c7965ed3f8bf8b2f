"""Looks four times a second whether each room with people has its agent, and sends one if not."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Final, Literal

from livekit import api
from livekit.protocol.agent import JobStatus
from livekit.protocol.models import ParticipantInfo

from records import Lease, Room, Store, StoreUnavailableError
from settings.faults import describe_fault
from token_server.desk import Clock
from token_server.endings import Endings
from token_server.health import WORKER_SEEN_SECONDS
from token_server.media_server import MediaServer
from token_server.problems import ProblemError
from token_server.rota import LeaseState, RoomSeen, Rota, Seen, Send, Step, WarnOfOtherStore
from token_server.tokens import metadata_of
from wire.dispatch import DispatchMetadata
from wire.topics import AGENT_NAME, RECOGNIZER

_log = logging.getLogger(__name__)

PERIOD_SECONDS: Final = 0.25
NEWCOMER_SECONDS: Final = 0.1
"""How often a worker that has just come is looked for, while a room lacks an agent."""
BURST_SECONDS: Final = 0.05
"""What the media server tells within this time is one reason to look."""
LOST_SECONDS: Final = 60.0
"""How long a lease that ran out tells that an agent died here."""
RENEWAL_SECONDS: Final = 2.0
"""How long living agents have to renew their leases when the store was away."""
ENDINGS_SECONDS: Final = 5.0
"""How often meetings that nobody has ended are looked for."""
_LOOK_AGAIN_SECONDS: Final = 10.0
"""How long a room that is not ours is left alone before its dispatches are read again."""
_PEOPLE: Final = frozenset({ParticipantInfo.Kind.STANDARD, ParticipantInfo.Kind.SIP})
_ENDED: Final = frozenset({JobStatus.JS_SUCCESS, JobStatus.JS_FAILED, JobStatus.JS_CANCELLED})


class Watch:
    """Keeps an agent in every room that is ours; survives outages of media server and store."""

    def __init__(
        self,
        store: Store,
        media_server: MediaServer,
        *,
        watch_rooms: Literal["own", "all"],
        invitation_ttl_hours: int,
        clock: Clock,
    ) -> None:
        self._store = store
        self._media_server = media_server
        self._watch_all = watch_rooms == "all"
        self._room_ttl_ms = invitation_ttl_hours * 3_600_000
        self._clock = clock
        self._rota = Rota()
        self._endings = Endings()
        self._next_endings = 0.0
        self._people_at_ms: dict[str, int] = {}
        """By the name of a room without its agent, when people were seen in it last, since
        meetings that nobody has ended were looked for."""
        self._open_rooms: dict[str, Room] = {}
        self._foreign_until: dict[str, float] = {}
        """Sids of rooms that are not ours, and until when that is believed."""
        self._outage: str | None = None
        self._leases_count_from: float | None = 0.0
        """When leases that ran out tell something again; None: the store is away."""
        self._woken = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Look and act, once per period or when woken, until `stop`."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self.look_once(time.monotonic())
            except (ProblemError, StoreUnavailableError) as error:
                self._note_outage(str(error))
            except Exception as error:  # noqa: BLE001 - no call may lose its agent to one bad look
                self._note_outage(f"a look failed with {describe_fault(error)}")
            else:
                self._note_outage(None)
            await self._pause()

    def wake(self) -> None:
        """Look soon: something has happened at the media server."""
        self._woken.set()

    def stop(self) -> None:
        """Let `run` return after the look that is under way: a query is not broken off."""
        self._stopping = True
        self._woken.set()

    async def _pause(self) -> None:
        """Wait until the next look is due: for a period, or until something has happened."""
        due = time.monotonic() + PERIOD_SECONDS
        while (left := due - time.monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, NEWCOMER_SECONDS)):
                    await self._woken.wait()
            if self._woken.is_set():
                await asyncio.sleep(BURST_SECONDS)
                return
            if self._rota.needs_worker and await self._has_newcomer():
                return

    async def _has_newcomer(self) -> bool:
        try:
            return bool(await self._worker_ids() - self._rota.worker_ids)
        except StoreUnavailableError:
            return False  # the next look tells it

    async def _worker_ids(self) -> frozenset[str]:
        """Return the workers that take jobs."""
        seen_after_ms = self._clock() - WORKER_SEEN_SECONDS * 1000
        workers = await self._store.list_workers(seen_after_ms=seen_after_ms)
        return frozenset(
            worker.id
            for worker in workers
            if worker.agent_name == AGENT_NAME and not worker.leaving
        )

    async def look_once(self, now_seconds: float) -> None:
        """Look at media server and store, and send agents where they are missing.

        Raises:
            ProblemError: the media server does not answer.
            StoreUnavailableError: the store does not.
        """
        seen = await self._look(now_seconds)
        failure: ProblemError | None = None
        for step in self._rota.decide(seen, now_seconds):
            try:
                await self._do(step)
            except ProblemError as error:
                # The other rooms have their turn all the same.
                failure = error
        if failure is not None:
            raise failure

    async def _look(self, now_seconds: float) -> Seen:
        now_ms = self._clock()
        leases = await self._read_store(now_seconds, now_ms)
        worker_ids = await self._worker_ids()
        present = await self._media_server.list_rooms()
        sids = {room.sid for room in present}
        self._foreign_until = {
            sid: until for sid, until in self._foreign_until.items() if sid in sids
        }
        # A media server that has just started again may not know a room that an agent still serves.
        alive = {room.name for room in present} | {
            name for name, state in leases.items() if state in ("held", "leaving")
        }
        await self._close_over(alive, now_ms)
        await self._end_meetings(alive, now_seconds)
        rooms = [
            await self._look_into(room, leases.get(room.name, "none"))
            for room in present
            if await self._is_ours(room, now_seconds)
        ]
        self._people_at_ms |= {room.name: now_ms for room in rooms if room.people}
        return Seen(rooms=tuple(rooms), worker_ids=worker_ids)

    async def _read_store(self, now_seconds: float, now_ms: int) -> dict[str, LeaseState]:
        """Read the open rooms; return the state of each lease, by the name of its room."""
        try:
            self._open_rooms = {room.name: room for room in await self._store.list_open_rooms()}
            found = await self._store.list_leases(now_ms=now_ms - round(LOST_SECONDS * 1000))
        except StoreUnavailableError:
            self._leases_count_from = None
            raise
        if self._leases_count_from is None:
            self._leases_count_from = now_seconds + RENEWAL_SECONDS
        # Nobody could renew a lease in a store that was away: its holder is taken for alive.
        counts = now_seconds >= self._leases_count_from
        return {lease.room_name: _state_of(lease, now_ms if counts else 0) for lease in found}

    async def _end_meetings(self, alive: set[str], now_seconds: float) -> None:
        """End the meetings whose agent died with the room."""
        if now_seconds < self._next_endings:
            return
        self._next_endings = now_seconds + ENDINGS_SECONDS
        open_meetings = await self._store.list_open_meetings()
        people_at_ms, self._people_at_ms = self._people_at_ms, {}
        for ending in self._endings.decide(open_meetings, alive, people_at_ms, now_seconds):
            meeting = ending.meeting
            await self._store.end_unserved_meeting(meeting.room_sid, ended_at_ms=ending.ended_at_ms)
            _log.info("the meeting in room %s is over: the room is gone", meeting.room_name)

    async def _close_over(self, alive: set[str], now_ms: int) -> None:
        """Close rooms that are empty and whose invitations let nobody in any more."""
        for name, room in list(self._open_rooms.items()):
            if name not in alive and room.created_at_ms + self._room_ttl_ms <= now_ms:
                await self._store.close_room(name, now_ms=now_ms)
                del self._open_rooms[name]
                _log.info("room %s closed: its invitations have expired", name)

    async def _is_ours(self, room: api.Room, now_seconds: float) -> bool:
        if self._watch_all or room.name in self._open_rooms:
            return True
        if self._foreign_until.get(room.sid, 0.0) > now_seconds:
            return False
        # Somebody else's backend may have asked for our agent; a room closed here stays closed.
        if await self._store.find_room(room.name) is None and (
            await self._media_server.list_own_dispatches(room.name)
        ):
            return True
        self._foreign_until[room.sid] = now_seconds + _LOOK_AGAIN_SECONDS
        return False

    async def _look_into(self, room: api.Room, lease: LeaseState) -> RoomSeen:
        if lease == "held":
            return RoomSeen(name=room.name, lease=lease)
        present = await self._media_server.list_participants(room.name)
        people = [one for one in present if one.kind in _PEOPLE]
        agents = [one for one in present if one.kind == ParticipantInfo.Kind.AGENT]
        return RoomSeen(
            name=room.name,
            people=len(people),
            lease=lease,
            agent_visible=any(RECOGNIZER in agent.attributes for agent in agents),
        )

    async def _do(self, step: Step) -> None:
        if isinstance(step, WarnOfOtherStore):
            _log.warning(
                "room %s has an agent that holds no lease in our store: worker and token server "
                "must share DATABASE_URL",
                step.room_name,
            )
            return
        await self._send(step)

    async def _send(self, step: Send) -> None:
        """Dispatch anew, and clear away what never came to anything.

        An agent that is only slow costs nothing: the second one finds the lease taken and leaves.
        """
        old = await self._media_server.list_own_dispatches(step.room_name)
        room = self._open_rooms.get(step.room_name)
        if room is not None or not old:
            metadata = (metadata_of(room) if room else DispatchMetadata()).model_dump_json()
        else:
            # Somebody else's backend asked for the agent; say what it said.
            metadata = max(old, key=lambda dispatch: dispatch.state.created_at).metadata
        await self._media_server.create_dispatch(step.room_name, metadata=metadata)
        _log.info("room %s needs an agent: dispatched again (%d)", step.room_name, step.attempt)
        for dispatch in old:
            # Deleting one whose job runs would end the job.
            if all(job.state.status in _ENDED for job in dispatch.state.jobs):
                await self._media_server.delete_dispatch(step.room_name, dispatch.id)

    def _note_outage(self, cause: str | None) -> None:
        """Write a line when an outage begins or ends."""
        if cause is not None and cause != self._outage:
            _log.warning("rooms are not watched: %s", cause)
        elif cause is None and self._outage is not None:
            _log.info("rooms are watched again")
        self._outage = cause


def _state_of(lease: Lease, now_ms: int) -> LeaseState:
    if lease.expires_at_ms <= now_ms:
        return "lost"
    return "leaving" if lease.leaving and lease.wanted_by is None else "held"
