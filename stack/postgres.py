"""A throw-away Postgres server: Debian's own, in a folder of its own, on loopback."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg

from stack.part import PartError

START_SECONDS: Final = 30.0
_DEBIAN: Final = Path("/usr/lib/postgresql")
_USER: Final = "postgres"
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "100",
}


class PostgresServer:
    """One server with as many databases as are asked for. Its methods block."""

    def __init__(self) -> None:
        # Nobody but its owner gets in there, and the server refuses to run as root.
        self._folder = Path(tempfile.mkdtemp(prefix="sidenote-postgres-"))
        self._databases = 0
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]

    def start(self) -> None:
        """Make the cluster where there is none, and wait until the server answers.

        Raises:
            PartError: Postgres is not installed, or does not start.
        """
        cluster = self._folder / "cluster"
        as_user: dict[str, Any] = {"user": _USER} if os.geteuid() == 0 else {}
        if not cluster.exists():
            if as_user:
                shutil.chown(self._folder, _USER)
            subprocess.run(
                [_program("initdb"), "-D", cluster, "-U", _USER, "-A", "trust", "--no-sync"],
                check=True,
                capture_output=True,
                cwd=self._folder,
                **as_user,
            )
        options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [_program("postgres"), "-D", cluster, "-p", str(self._port), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            **as_user,
        )
        self._wait(self._process)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise PartError(f"Postgres does not answer: {error}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End the server without waiting for its clients; what was committed stays."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Kill every process of the server at once, as a crash of the machine would."""
        if self._process is None:
            return
        parent = psutil.Process(self._process.pid)
        processes = [parent, *parent.children(recursive=True)]
        parent.kill()  # first: it would report, and replace, a child that dies
        for process in processes[1:]:
            process.kill()
        self._process.wait(START_SECONDS)
        # The next server refuses to start while one of the old still holds its memory.
        psutil.wait_procs(processes, START_SECONDS)
        self._process = None

    def remove(self) -> None:
        """Stop the server and remove all it has written."""
        self.stop()
        shutil.rmtree(self._folder)

    def make_database(self, template: str = "template1") -> str:
        """Return the address of a new database, a copy of `template`."""
        self._databases += 1
        name = f"database_{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://{_USER}@127.0.0.1:{self._port}/{database}"


def _program(name: str) -> str:
    """Return the path of a program of Postgres; Debian keeps the server's out of PATH."""
    found = [str(path) for path in sorted(_DEBIAN.glob(f"*/bin/{name}"))]
    path = found[-1] if found else shutil.which(name)
    if path is None:
        raise PartError(f"{name} of Postgres is missing; type: make setup-dev")
    return path
