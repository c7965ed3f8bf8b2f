"""What a starting worker forks off itself: whatever takes long is loaded once, and for all calls.

Both forks end when the worker and its jobs have ended, however that happens.
"""

import os
import socket
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import forkserver, util
from pathlib import Path
from typing import Any, Final, NoReturn

from agent.commands.wake_word import WakeWord
from agent.playbook_sounds import learn_sounds
from agent.settings import AgentSettings
from agent.stt.forked import start_forking
from agent.stt.pocketsphinx_process import (
    DECODERS_PER_PROCESS,
    expect_words_in_preloaded,
    preload_decoders,
)
from agent.stt.vocabulary import load_vocabulary
from playbook.rules import Playbook
from records import Store, StoreUnavailableError

JOB_MODULES: Final = ("agent.warm", "livekit.agents.ipc._preload")
"""What jobs need beside the modules that the worker has imported itself."""


def fork_recognizers(settings: AgentSettings, playbook: Playbook) -> None:
    """Begin to load the recognizer's models; the recognizers of all calls are forked from there.

    Args:
        settings: of the worker.
        playbook: the one of most calls: with its words known there, their recognizers share the
            models still.
    """

    def load() -> None:
        preload_decoders(DECODERS_PER_PROCESS)
        expect_words_in_preloaded(_learn_words(settings, playbook))

    start_forking(load)


def prepare_jobs(settings: AgentSettings, playbook: Playbook) -> None:
    """Do once what every job would begin with: it remembers what espeak-ng says of the names.

    Args:
        settings: of the worker.
        playbook: the one of most calls.
    """
    _learn_words(settings, playbook)
    # Imports the driver; nothing is connected. If it cannot be, the worker says so.
    with suppress(StoreUnavailableError):
        Store(settings.database_url)


def _learn_words(settings: AgentSettings, playbook: Playbook) -> dict[str, list[str]]:
    """Return the words that a recognizer should expect, each with the ways to say it."""
    _, words = learn_sounds(playbook, load_vocabulary())
    if settings.voice_commands:
        words |= WakeWord.learn(settings.wake_word, load_vocabulary()).expected
    return words


def fork_jobs(
    modules: Sequence[str] = JOB_MODULES, prepare: Callable[[], None] = lambda: None
) -> None:
    """Fork off the process that `multiprocessing` forks jobs from, in place of its own.

    That one would begin as a new interpreter and import everything a second time. It still does
    if this one dies. Call this when all is imported (`gc.freeze` keeps it shared), and before any
    thread runs.

    Args:
        modules: imported there.
        prepare: called there, before the first job.
    """
    address = str(Path(util.get_temp_dir(), "jobs"))
    alive_read, alive_write = os.pipe()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)  # in a folder that nobody else may enter
        listener.listen()
        pid = os.fork()
        if pid == 0:
            os.close(alive_write)
            _serve(listener.detach(), alive_read, modules, prepare)
    os.close(alive_read)
    server: Any = forkserver._forkserver
    server._forkserver_address = address
    server._forkserver_alive_fd = alive_write
    server._forkserver_pid = pid


def _serve(
    listener: int, alive: int, modules: Sequence[str], prepare: Callable[[], None]
) -> NoReturn:
    code = 1
    try:
        prepare()
        forkserver.main(listener, alive, [*modules, "livekit.agents.ipc._preload_freeze"])
    except SystemExit:
        code = 0  # everybody who could ask has ended
    except Exception:  # noqa: BLE001 - nobody above would tell
        traceback.print_exc()
    finally:
        # Without the exit handlers and buffers of the worker, which are not ours.
        os._exit(code)
