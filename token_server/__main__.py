"""Starts the token server: `python -m token_server`."""

import argparse
import errno
import logging
import os
import signal
import socket
import sys
from typing import Final

import uvicorn
from fastapi import FastAPI

from records import Files, FilesUnavailableError, StoreUnavailableError, migrate
from settings import SettingsError, load_settings
from token_server.app import create_app
from token_server.settings import TokenServerSettings, find_doubts

_log = logging.getLogger("token_server")
_SETTINGS_WRONG: Final = 2
_FAILED: Final = 1
_MOST_CONNECTIONS: Final = 1_000
"""At once; the next is answered with 503. Twice as many as may listen to events of meetings
(`live.MOST_LISTENERS`), so that these leave room for as many others; each may have the largest body
(2 MiB) half sent for as long as `guards.BODY_SECONDS`."""


def main() -> int:
    """Run until stopped; return the exit code."""
    _take_arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Alembic and aiohttp tell of every step; only their troubles matter here.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = load_settings(TokenServerSettings)
    except SettingsError as error:
        print(f"token server: {error}", file=sys.stderr)
        return _SETTINGS_WRONG
    try:
        # Also done when the application starts; here a failure is one line instead of a trace.
        migrate(settings.database_url)
        Files(settings.files_url, settings.file_arguments())
        listener = _listen(settings)
    except (StoreUnavailableError, FilesUnavailableError, _CannotListenError) as error:
        print(f"token server: {error}", file=sys.stderr)
        return _FAILED
    with listener:
        port = listener.getsockname()[1]
        settings = settings.model_copy(update={"token_server_port": port})
        for doubt in find_doubts(settings):
            _log.warning(doubt)
        app = create_app(settings)
        server = ServerOfParts(
            app,
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,  # `guards` writes one without the query
                proxy_headers=False,  # `access` must see who really asks
                server_header=False,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_graceful_shutdown=5,
            ),
        )
        _log.info("listening on %s, media server %s", settings.link_base, settings.livekit_url)
        # uvicorn raises the signal that stopped it once more when it is done; being asked to
        # stop is no failure.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _already_stopped)
        server.run(sockets=[listener])
    return 0 if server.started and not server.has_lost_its_parts else _FAILED


def _already_stopped(*_: object) -> None:
    """Take the signal of a server that has stopped already."""


class ServerOfParts(uvicorn.Server):
    """Ends streams of events before it waits for the answers that are under way.

    Ends as a whole when what runs beside the answers has ended: somebody starts it anew, while
    nobody would miss a watch.
    """

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    @property
    def has_lost_its_parts(self) -> bool:
        """Whether a fault has ended what `opening` has opened."""
        return bool(self.lifespan.error_occurred)

    async def on_tick(self, counter: int) -> bool:
        return self.has_lost_its_parts or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.desk.live_meetings.stop()
        await super().shutdown(sockets)


class _CannotListenError(Exception):
    """The address and port of the settings cannot be listened on."""


def _take_arguments() -> None:
    """Put what the command line says into the environment, where it wins over `.env`."""
    parser = argparse.ArgumentParser(
        prog="python -m token_server",
        description="Serves rooms, tokens and the page, and keeps an agent in every open call.",
        epilog="Everything else is set in the environment or in .env; .env.example lists it.",
    )
    parser.add_argument("--host", help="address to listen on (TOKEN_SERVER_HOST, 127.0.0.1)")
    parser.add_argument("--port", help="TCP port, 0 for a free one (TOKEN_SERVER_PORT, 8080)")
    parser.add_argument("--public-url", help="what links begin with (PUBLIC_URL, host and port)")
    arguments = parser.parse_args()
    for name, value in (
        ("TOKEN_SERVER_HOST", arguments.host),
        ("TOKEN_SERVER_PORT", arguments.port),
        ("PUBLIC_URL", arguments.public_url),
    ):
        if value is not None:
            os.environ[name] = value


def _listen(settings: TokenServerSettings) -> socket.socket:
    host, port = settings.token_server_host, settings.token_server_port
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        text = f"TOKEN_SERVER_HOST {host!r} is no address of this machine ({error.strerror})"
        raise _CannotListenError(text) from None
    listener = socket.socket(family, kind, number)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Binding alone does not tell: another socket may already listen here.
        listener.listen()
    except OSError as error:
        listener.close()
        raise _CannotListenError(_explain(error, host, port)) from None
    return listener


def _explain(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is taken by another program; stop it, or choose another port "
            "with --port or TOKEN_SERVER_PORT (0 takes a free one)"
        )
    if error.errno == errno.EACCES:
        return f"port {port} on {host} may not be opened by this user; choose one above 1023"
    return (
        f"{host}:{port} cannot be listened on ({error.strerror}); choose another --host or --port"
    )


if __name__ == "__main__":
    sys.exit(main())
