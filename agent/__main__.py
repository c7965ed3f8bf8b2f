"""`python -m agent`: the worker's command line."""

import argparse
import gc
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import NoReturn

from agent.forks import fork_jobs, fork_recognizers, prepare_jobs
from agent.minutes.template import TemplateError, TemplateShelf
from agent.settings import AgentSettings
from agent.transcribe.arguments import add_transcribe
from playbook.file import PlaybookError, load_playbook
from playbook.rules import Playbook
from records import Files, FilesUnavailableError, StoreUnavailableError, migrate
from settings import SettingsError, load_settings
from settings.speech import LOCAL


def main(arguments: list[str] | None = None) -> int:
    """Run the worker; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m agent",
        description="Sidenote's worker: joins the calls that the media server gives it.",
        epilog="Settings come from the environment and .env; .env.example lists them all.",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="start|dev|control|transcribe"
    )
    for name, text in (
        ("start", "run as a service: JSON logs, on SIGTERM another worker takes the calls over"),
        ("dev", "run in a terminal: coloured logs, and Ctrl-C stops at once"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--url", help="media server, in place of LIVEKIT_URL")
        command.add_argument("--log-format", choices=("json", "colored"), help="form of the logs")
        command.add_argument("--log-level", default="INFO", help="DEBUG, INFO, WARNING or ERROR")
    text = "do one thing in a call as its host, by RPC: pause, ask, pin, playbook_set, ..."
    command = commands.add_parser("control", help=text, description=text)
    command.add_argument("link", help="whole link of a host, with what stands behind its #")
    command.add_argument("method", help="one of docs/commands.md")
    command.add_argument("request", nargs="?", default="{}", help="JSON (default: %(default)s)")
    add_transcribe(commands)
    options = parser.parse_args(arguments)
    if options.command == "control":
        from agent.control_line import run

        _leave(run(options.link, options.method, options.request))
    if options.command == "transcribe":
        _tell_library()
        from agent.transcribe.command import transcribe

        return transcribe(options)
    if options.url:
        os.environ["LIVEKIT_URL"] = options.url
    try:
        settings = load_settings(AgentSettings)
        playbook = load_playbook(settings.playbook_folder / f"{settings.playbook}.yaml")
        TemplateShelf(settings.template_folder).load(settings.minutes_template)
        _fork_off(settings, playbook)
        _check_speech(settings)
        migrate(settings.database_url)
        Files(settings.files_url, settings.file_arguments())
    except (
        SettingsError,
        PlaybookError,
        TemplateError,
        StoreUnavailableError,
        FilesUnavailableError,
    ) as error:
        print(f"agent: {error}", file=sys.stderr)
        return 2
    return _run_worker(options)


def _leave(code: int) -> NoReturn:
    """End the process at once.

    A thread of the media library that logs while the interpreter takes itself apart aborts the
    process: what was done would be reported as exit code 134.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _tell_library() -> None:
    # Before it is imported for the first time. Its end-of-turn model would cost every process
    # 250 MB, and a call that wants it loads it itself.
    os.environ.setdefault("LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE", "0")
    # To see blocks of 100 ms it wakes each process 100 times a second; 40 do for those of 250 ms.
    os.environ.setdefault("LIVEKIT_AGENTS_LOOP_BLOCK_WARN_MS", "250")


def _fork_off(settings: AgentSettings, playbook: Playbook) -> None:
    # The models load on another core while this process imports the libraries.
    if LOCAL in settings.speech_providers():
        fork_recognizers(settings, playbook)
    _tell_library()
    # What is imported stays, so nobody need look through it for garbage: that is a fifth of the
    # time.
    gc.disable()
    # All that jobs need too; and nothing has begun a thread, which a fork would lose.
    import agent.worker  # noqa: F401

    gc.freeze()
    gc.enable()
    fork_jobs(prepare=partial(prepare_jobs, settings, playbook))


def _check_speech(settings: AgentSettings) -> None:
    from agent.hearing_cost import check_caps
    from agent.prices import load_prices
    from agent.sound.choice import check_sound
    from agent.stt.choice import check_choice
    from agent.turn_end import check_turn_end

    check_choice(settings)
    check_sound(settings)
    check_turn_end(settings)
    check_caps(settings, load_prices(settings.price_file), time.time)


def _run_worker(options: argparse.Namespace) -> int:
    from livekit.agents.__main__ import main as livekit_main

    worker_file = Path(__file__).parent / "worker.py"
    arguments = ["start", str(worker_file), "--log-level", options.log_level.upper()]
    if options.command == "dev":
        arguments.append("--dev")
    default_format = "colored" if options.command == "dev" else "json"
    arguments += ["--log-format", options.log_format or default_format]
    return livekit_main(arguments)


if __name__ == "__main__":
    sys.exit(main())
