"""`python -m stack`: runs the real parts on this machine, and looks at what they need."""

import argparse
import asyncio
import signal
import sys

from settings import SettingsError
from stack.doctor import examine
from stack.environment import ensure_keys, env_file
from stack.part import PartError
from stack.running import StackOptions, running_stack
from stack.supervision import keep_running
from stack.terminal import print_line

_SIGNS = {"ok": "ok      ", "missing": "MISSING ", "optional": "-       "}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="run|doctor|keys")
    run = commands.add_parser("run", help="start media server, token server and worker")
    run.add_argument("--port", type=_port, default=8080, help="of the page (default 8080)")
    run.add_argument("--media-port", type=_port, default=7880, help="signalling (default 7880)")
    commands.add_parser("doctor", help="say what is there and what is missing")
    commands.add_parser("keys", help="write a key pair into .env if there is none")
    options = parser.parse_args(arguments)
    try:
        if options.command == "doctor":
            return _doctor()
        if options.command == "keys":
            return _keys()
        return asyncio.run(_run(options.port, options.media_port))
    except (PartError, SettingsError) as error:
        print(f"sidenote: {error}", file=sys.stderr)
        return 1


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is no port; use 1 to 65535")
    return port


def _keys() -> int:
    if ensure_keys():
        print(f"made a key pair for the media server; it is in {env_file()}")
    return 0


def _doctor() -> int:
    findings = examine()
    for finding in findings:
        print(_SIGNS[finding.state], finding.what, "-", finding.remark)
    missing = sum(finding.state == "missing" for finding in findings)
    if missing:
        print(f"\n{missing} missing; `make setup` installs and builds what it can.")
    return 1 if missing else 0


async def _run(port: int, media_port: int) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    print("starting media server, token server and worker ...", flush=True)
    options = StackOptions(token_server_port=port, media_port=media_port)
    starting = asyncio.ensure_future(_serve(options, stop))
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        print("\nstopping ...", flush=True)
        starting.cancel()
    await asyncio.wait({starting})
    stopped.cancel()
    if starting.cancelled():
        return 0
    starting.result()
    return 0


async def _serve(options: StackOptions, stop: asyncio.Event) -> None:
    async with running_stack(options, print_line) as stack:
        print(f"\n  Sidenote is ready: {stack.token_server_url}/\n  Ctrl-C stops it.\n", flush=True)
        await keep_running(stack.parts.values(), print_line)


if __name__ == "__main__":
    sys.exit(main())
