"""A recognizer forked from this process, which shares the models that are loaded already."""

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from agent.stt.pocketsphinx_process import serve

_STANDARD_STREAMS: Final = frozenset({0, 1, 2})


class ForkedChild:
    """Serves one socket in a fork; has of `subprocess.Popen` what the pool uses."""

    def __init__(self, connection: socket.socket) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            _serve_and_exit(connection)

    def kill(self) -> None:
        """Kill the process; nothing happens if it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until the process has ended; safe to call twice."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _serve_and_exit(connection: socket.socket) -> NoReturn:
    code = 1
    try:
        # The parent's connections must end with the parent: others watch them to see it die.
        for entry in list(Path("/proc/self/fd").iterdir()):
            descriptor = int(entry.name)
            if descriptor not in _STANDARD_STREAMS and descriptor != connection.fileno():
                with suppress(OSError):
                    os.close(descriptor)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        serve(connection)
        code = 0
    finally:
        # Without the parent's exit handlers and buffers, which are not ours.
        os._exit(code)
