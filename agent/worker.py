"""The worker: registers with the media server, and serves a call for each job it is given.

`server` is what LiveKit's own command line runs; `python -m agent` calls that.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from typing import Any, Final

from livekit.agents import AgentServer, AutoSubscribe, JobContext, JobProcess, JobRequest, stt
from pydantic import ValidationError

from agent.beat import WorkerBeat
from agent.call import Call
from agent.clerk import ClerkOfWorker
from agent.commands.wake_word import WakeWord
from agent.given import Given
from agent.lease import RoomLease
from agent.playbook_shelf import PlaybookShelf
from agent.prices import load_prices
from agent.retry import try_for_a_while
from agent.settings import AgentSettings
from agent.sound.upload import SoundUpload
from agent.stt.chain import ChainSTT
from agent.stt.choice import choose_stt, hears_locally
from agent.stt.health import ChangeReason
from agent.stt.pocketsphinx import PocketSphinxSTT
from agent.stt.recognizer import RecognizerPool
from agent.stt.vocabulary import load_vocabulary
from agent.transcribe.job import UploadJobs
from records import Files, Room, Store, StoreUnavailableError
from settings import load_settings
from settings.faults import describe_fault
from wire.dispatch import DispatchMetadata
from wire.roles import RoomLife
from wire.topics import AGENT_NAME

logger = logging.getLogger("sidenote.worker")

POOL: Final = "recognizer pool"
PROCESS_START_SECONDS: Final = 60.0
"""How long a new process may take. The library kills it after 10 s, and the job is lost."""
BUSIEST_LOAD: Final = 0.69
"""The media server gives no job to a worker that reports 0.7 or more, and never repeats the
dispatch: a worker stays below until it is really full."""


def prewarm(process: JobProcess) -> None:
    """Load the recognizer before the call begins; runs once in each job process."""
    if pool := _make_pool(load_settings(AgentSettings)):
        pool.prewarm()
        process.userdata[POOL] = pool


async def on_request(request: JobRequest) -> None:
    """Take every job, under an identity of its own.

    With a fixed identity the media server would take a quick successor for the dead agent
    and end both.
    """
    await request.accept(name="Sidenote", identity=f"sidenote-{request.id}")


async def entrypoint(context: JobContext) -> None:
    """Begin to serve a call or an upload, and return: the job lasts until the room or it ends."""
    if upload := _read_metadata(context.job.metadata).upload:
        pool = context.proc.userdata.pop(POOL, None)
        await UploadJobs.of(context.proc).begin(context, upload, pool)
        return
    calls = _RunningCalls.of(context.proc)
    await calls.begin(context)


async def on_session_end(context: JobContext) -> None:
    """Finish the call while the room is still connected."""
    await _RunningCalls.of(context.proc).finish(context.job.id)
    await UploadJobs.of(context.proc).finish(context.job.id)


class _RunningCalls:
    """The calls of one process, each with the task that runs it and what it has opened."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[Call, asyncio.Task[None]]] = {}

    @classmethod
    def of(cls, process: JobProcess) -> "_RunningCalls":
        """Return the calls of a process: one in production, several in a thread worker."""
        calls: _RunningCalls = process.userdata.setdefault("calls", cls())
        return calls

    async def begin(self, context: JobContext) -> None:
        """Take the lease of the room, join it, and run the call in a task."""
        settings = load_settings(AgentSettings)
        async with AsyncExitStack() as opening:
            store = await opening.enter_async_context(Store(settings.database_url))
            room_name = context.job.room.name
            # Without the store nobody knows who has said no: until it is there, nobody is heard.
            await try_for_a_while(lambda: _is_there(store))
            room = await store.find_room(room_name)
            if room and room.closed_at_ms:
                # A token from before the end can make the media server open the room again.
                logger.info("the room was closed", extra={"room": room_name})
                context.shutdown("the room was closed")
                return
            lease = RoomLease(store, room_name, context.job.id, time.time)
            # Before the agent joins: nobody ever sees two of them at work in a room.
            is_taken = await lease.take()
            if not is_taken and not await lease.is_leaving():
                logger.info("another agent serves this room", extra={"room": room_name})
                context.shutdown("the room is served by another agent")
                return
            opening.push_async_callback(lease.release)
            pool = context.proc.userdata.pop(POOL, None) or _make_pool(settings)
            async with lease.held() if is_taken else nullcontext():
                call = await _make_call(
                    context, settings, store, lease, pool, room, opening, opens_now=is_taken
                )
            opened = opening.pop_all()
        serve = call.run if is_taken else call.succeed
        running = _run(context, serve, pool, opened)
        task = asyncio.get_running_loop().create_task(running, name="call")
        self._calls[context.job.id] = (call, task)

    async def finish(self, job_id: str) -> None:
        """End a call and wait until it has finished what it heard."""
        if running := self._calls.pop(job_id, None):
            call, task = running
            call.stop()
            await task


async def _is_there(store: Store) -> bool:
    try:
        await store.ping()
    except StoreUnavailableError as error:
        logger.warning("the store is away; the call waits for it", extra={"error": str(error)})
        return False
    return True


async def _make_call(
    context: JobContext,
    settings: AgentSettings,
    store: Store,
    lease: RoomLease,
    pool: RecognizerPool | None,
    room: Room | None,
    opening: AsyncExitStack,
    *,
    opens_now: bool,
) -> Call:
    metadata = _read_metadata(context.job.metadata)
    job_room = context.job.room
    # Joining takes the longest, so everything else is done meanwhile.
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(context.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_NONE))
        # Reads the recognizer's models where they are not there yet, and may run espeak-ng.
        shelf = await _open_shelf(settings, store)
        named = filter(None, (metadata.playbook, settings.playbook))
        playbook = await asyncio.to_thread(shelf.load_one_of, *named)
        wake_word = await asyncio.to_thread(_find_wake_word, settings)
        words = {**playbook.words, **(wake_word.expected if wake_word else {})}
        if pool:
            pool.expect(words)
        choice = choose_stt(
            settings,
            local=PocketSphinxSTT(pool) if pool else None,
            key_terms=tuple(words),
        )
        opening.push_async_callback(choice.stt.aclose)
        given = Given(
            room=context.room,
            life=room.life if room else RoomLife(name=job_room.name, created_at_ms=0),
            job_id=context.job.id,
            settings=settings,
            store=store,
            files=Files(settings.files_url, settings.file_arguments()),
            recognizer=choice.stt,
            playbook=playbook,
            shelf=shelf,
            prices=await asyncio.to_thread(load_prices, settings.price_file),
            consent_policy=metadata.consent or settings.consent_policy,
            goal=(room.goal if room else None) or "",
            wake_word=wake_word,
            on_speakers=pool.reserve if pool else lambda _: None,
            now=time.time,
        )
        call = Call(
            given,
            room_sid=job_room.sid,
            room_name=job_room.name,
            lease=lease,
            recognizer_label=choice.label,
        )
        opening.push_async_callback(call.aclose)
        if opens_now:
            await call.open()
    _follow_changes(choice.stt, call)
    return call


def _follow_changes(recognizer: stt.STT[Any], call: Call) -> None:
    """Let the call tell when another recognizer takes over."""
    if not isinstance(recognizer, ChainSTT):
        return

    def on_change(label: str, reason: ChangeReason) -> None:
        call.on_recognizer_change(label, reason, recognizer.active_label)

    recognizer.on_change = on_change


async def _run(
    context: JobContext,
    serve: Callable[[], Awaitable[None]],
    pool: RecognizerPool | None,
    opened: AsyncExitStack,
) -> None:
    try:
        # The pool is opened here and not before: its tasks belong to the task that opens it, so
        # that a fault of theirs ends the call instead of leaving it deaf.
        async with opened, pool or nullcontext():
            await serve()
    except StoreUnavailableError as error:
        logger.error("the call ended because of the store", extra={"error": str(error)})
    except Exception as error:  # noqa: BLE001
        logger.error("the call ended by a fault", extra={"error": describe_fault(error)})
    finally:
        context.shutdown("the call is over")


async def _open_shelf(settings: AgentSettings, store: Store) -> PlaybookShelf:
    """Return the playbooks there are; while the store is away, those that are files."""
    vocabulary = await asyncio.to_thread(load_vocabulary)
    shelf = PlaybookShelf(settings.playbook_folder, vocabulary)
    try:
        await shelf.refresh(store)
    except StoreUnavailableError as error:
        logger.warning("playbooks of the store come later", extra={"error": str(error)})
    return shelf


def _find_wake_word(settings: AgentSettings) -> WakeWord | None:
    """Return what hosts' commands begin with, and how it sounds; None: they give none by voice."""
    if not settings.voice_commands:
        return None
    return WakeWord.learn(settings.wake_word, load_vocabulary())


def _make_pool(settings: AgentSettings) -> RecognizerPool | None:
    """Return the recognizers of this machine; None if the settings do without."""
    if not hears_locally(settings):
        return None
    return RecognizerPool(settings.recognizer_processes or None)


def _read_metadata(metadata: str) -> DispatchMetadata:
    """Read what the token server tells; what is not ours tells nothing."""
    if not metadata:
        return DispatchMetadata()
    try:
        return DispatchMetadata.model_validate_json(metadata)
    except ValidationError as error:
        if any(wrong["loc"] == ("consent",) for wrong in error.errors()):
            # Somebody wanted a policy that we do not know: listen to nobody unasked.
            logger.error("the dispatch's consent is none of notice, ask and off; ask counts")
            return DispatchMetadata(consent="ask")
        logger.error("the dispatch's metadata is not ours; the worker's own settings serve")
        return DispatchMetadata()


def make_server(settings: AgentSettings) -> AgentServer:
    """Return a worker for these settings."""
    server = AgentServer(
        ws_url=settings.livekit_url,
        api_key=settings.livekit_api_key,
        api_secret=settings.api_secret,
        host="127.0.0.1",
        port=settings.agent_http_port,
        num_idle_processes=settings.agent_idle_processes,
        initialize_process_timeout=PROCESS_START_SECONDS,
        drain_timeout=settings.agent_drain_seconds,
        load_threshold=math.inf,
        load_fnc=lambda worker: _load(worker, settings.agent_max_calls),
        setup_fnc=prewarm,
        preload_modules=["agent.warm"],
    )
    server.rtc_session(
        entrypoint, agent_name=AGENT_NAME, on_request=on_request, on_session_end=on_session_end
    )
    WorkerBeat(server, settings.database_url, settings.waiting_folder, time.time)
    ClerkOfWorker(server, settings, time.time)
    SoundUpload.beside(server, settings)
    return server


def _load(worker: AgentServer, max_calls: int) -> float:
    jobs = len(worker.active_jobs)
    return 1.0 if jobs >= max_calls else BUSIEST_LOAD * jobs / max_calls


server = make_server(load_settings(AgentSettings))
