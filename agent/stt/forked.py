"""Recognizers forked from a process that has loaded the models: they begin at once, and share them.

One such process stands beside a worker. Whoever was forked from the worker's process after it
asks over a socket that it has inherited; the request carries the connection to be served.
"""

import os
import signal
import socket
import traceback
from collections.abc import Callable
from typing import Final, NoReturn

from agent.stt.pocketsphinx_process import serve

_PRIORITY_BYTES: Final = 8
_asking: socket.socket | None = None


def start_forking(load: Callable[[], None]) -> int:
    """Fork the process off this one, which must not run threads; return its process id.

    It ends when everybody who could ask has ended. Requests may come at once: they wait until
    the models are loaded.

    Args:
        load: loads the models, in the new process.
    """
    global _asking
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with asked:
        pid = os.fork()
        if pid == 0:
            asking.close()
            _fork_on_request(asked, load)
    _asking = asking
    return pid


def can_fork() -> bool:
    """Tell whether there was a process to fork recognizers from when this one began."""
    return _asking is not None


def fork_recognizer(connection: socket.socket) -> bool:
    """Have a recognizer, as polite as this thread, serve a connection until its other end closes.

    Returns:
        False if nobody is there to do it.
    """
    if _asking is None:
        return False
    priority = b"%d" % os.getpriority(os.PRIO_PROCESS, 0)
    try:
        socket.send_fds(_asking, [priority], [connection.fileno()], socket.MSG_DONTWAIT)
    except OSError:
        return False  # it has ended, or too many requests wait
    return True


def _fork_on_request(asked: socket.socket, load: Callable[[], None]) -> NoReturn:
    code = 1
    try:
        # A signal to the whole group is for the worker, which decides when its calls end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        load()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that end
        while True:
            priority, connections, *_ = socket.recv_fds(asked, _PRIORITY_BYTES, 1)
            if not priority:
                break
            with socket.socket(fileno=connections[0]) as connection:
                if os.fork() == 0:
                    asked.close()
                    os.setpriority(os.PRIO_PROCESS, 0, int(priority))
                    serve(connection)
                    break
        code = 0
    except Exception:  # noqa: BLE001 - nobody above would tell
        traceback.print_exc()
    finally:
        # Without the exit handlers and buffers of the worker, which are not ours.
        os._exit(code)
