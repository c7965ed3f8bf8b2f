"""Command line of the lab: `python -m lab play CALL.yaml`; `python -m lab --help` lists all."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path

from lab.call_file import CallFileError
from lab.commands import own_stack, play_call, prepare
from lab.compare import compare_files
from lab.html import write_page
from lab.lint import lint_call
from lab.minutes import print_minutes
from lab.play import PlayError, PlayOptions
from lab.ramp import ramp
from lab.report import print_score
from lab.sabotage import SABOTAGES
from lab.schema import schema_text, write_schema
from lab.suite import run_suite
from lab.suite_file import SUITES, SuiteError
from lab.voices import VoiceError
from settings import SettingsError
from stack.part import PartError

_MISUSE = (CallFileError, VoiceError, PlayError, PartError, SettingsError, SuiteError)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options = _parser().parse_args(arguments)
    # The WebRTC library complains of every connection that breaks: that is what some calls play.
    logging.getLogger("livekit").setLevel(logging.CRITICAL)
    try:
        return _run(options)
    except _MISUSE as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nlab: stopped", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "play":
            return asyncio.run(_until_stopped(_play(options)))
        case "suite":
            suite = run_suite(
                options.name,
                options.out,
                variants=options.variant,
                calls=options.call,
                logs=options.logs,
            )
            return asyncio.run(_until_stopped(suite))
        case "ramp":
            return asyncio.run(_until_stopped(ramp(options.most, logs=options.logs)))
        case "compare":
            return compare_files(options.before, options.after)
        case "render":
            return _render(options.calls)
        case "lint":
            return _lint(options.calls)
        case _:
            if options.write:
                print(write_schema())
            else:
                print(schema_text(), end="")
            return 0


async def _until_stopped(work: Coroutine[None, None, int]) -> int:
    """Do it; on SIGTERM stop as on Ctrl-C, so that what was started is stopped, too."""
    if task := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="Plays scripted calls over real WebRTC and scores them."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_play(commands.add_parser("play", help="play a call, show it, score it"))
    suite = commands.add_parser("suite", help="play a named set of calls, worst result first")
    names = ", ".join(sorted(path.stem for path in SUITES.glob("*.yaml")))
    suite.add_argument("name", help=f"a file of lab/suites without its ending: {names}")
    for part in ("variant", "call"):
        suite.add_argument(
            f"--{part}",
            action="append",
            default=[],
            metavar="NAME",
            help=f"play only this {part} of it; may stand several times (default: all)",
        )
    suite.add_argument("--out", type=Path, help="where to write; default: data/lab/NAME.json")
    suite.add_argument("--logs", action="store_true", help="print the logs of the parts too")
    ramping = commands.add_parser("ramp", help="find how many rooms this machine carries")
    ramping.add_argument("--most", type=int, default=32, help="stop at so many rooms")
    ramping.add_argument("--logs", action="store_true", help="print the logs of the parts too")
    compare = commands.add_parser("compare", help="show what got better or worse")
    compare.add_argument("before", type=Path, metavar="A.json", help="a report, or a suite's")
    compare.add_argument("after", type=Path, metavar="B.json", help="a later one of the same kind")
    for name, purpose in (
        ("render", "give the lines of call files their voices; what is there already is kept"),
        ("lint", "check call files; exit code 2: one cannot be played"),
    ):
        each = commands.add_parser(name, help=purpose, description=purpose)
        each.add_argument("calls", type=Path, nargs="+", metavar="CALL.yaml")
    schema = commands.add_parser("schema", help="print the JSON Schema of call files")
    schema.add_argument("--write", action="store_true", help="write lab/call.schema.json anew")
    return parser


def _add_play(play: argparse.ArgumentParser) -> None:
    play.description = (
        "Play a call file over real WebRTC and score what came back. Exit code 1: the call did "
        "not come out as its file expects, or a promise was broken; 2: it could not be played."
    )
    play.add_argument("call", type=Path, metavar="CALL.yaml", help="the call file")
    play.add_argument(
        "--url",
        help="token server of a stack that runs already (SIDENOTE_API_KEY is sent to it); "
        "default: start one on free ports, with a store of its own",
    )
    play.add_argument("--report", type=Path, metavar="FILE.json", help="write the score as JSON")
    play.add_argument("--html", type=Path, metavar="FILE.html", help="write a page with pictures")
    play.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        help="2 halves the silences between lines and the times of events; speech itself is "
        "never faster (default: 1)",
    )
    play.add_argument(
        "--sabotage",
        choices=sorted(SABOTAGES),
        help="spoil the call on purpose, to see that its score fails: it tests the lab itself",
    )
    play.add_argument("--logs", action="store_true", help="print the logs of the parts too")


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.1 <= speed <= 20:
        raise argparse.ArgumentTypeError("must be between 0.1 and 20")
    return speed


def _render(paths: list[Path]) -> int:
    for path in paths:
        prepared = prepare(path)
        lines = prepared.voices.lines
        durations = [line.seconds for line in lines]
        end = prepared.call.starts_seconds(durations)[-1] + durations[-1]
        voices = f"{len(durations)} lines, {sum(durations):.1f} s of voices"
        print(f"{prepared.call.title}: {voices}, ends at {end:.1f} s")
        for line in lines:
            if line.timing == "energy":
                print(f"  {line.file}: the times of its words are not known")
    return 0


def _lint(paths: list[Path]) -> int:
    unplayable = 0
    for path in paths:
        remarks = lint_call(path)
        unplayable += any(remark.is_error for remark in remarks)
        for remark in remarks:
            print(("error: " if remark.is_error else "note: ") + str(remark))
        if not remarks:
            print(f"{path}: nothing to remark")
    return 2 if unplayable else 0


async def _play(options: argparse.Namespace) -> int:
    prepared = prepare(options.call)
    sabotage = SABOTAGES[options.sabotage] if options.sabotage else None
    how = PlayOptions(speed=options.speed, sabotage=sabotage)
    print(f"{prepared.call.title}. {prepared.call.purpose}")
    if options.url:
        key = os.environ.get("SIDENOTE_API_KEY")
        recording, result = await play_call(prepared, options.url.rstrip("/"), key, options=how)
    else:
        print("starting media server, token server and worker ...", flush=True)
        started = time.monotonic()
        async with own_stack(logs=options.logs) as stack:
            print(f"ready after {time.monotonic() - started:.1f} s\n", flush=True)
            key = stack.environment.get("SIDENOTE_API_KEY")
            recording, result = await play_call(
                prepared, stack.token_server_url, key, stack=stack, options=how
            )
    print_score(result)
    if recording.minutes:
        print_minutes(recording.minutes)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if options.html:
        write_page(options.html, recording, result)
        print(f"the call as a picture: {options.html}")
    return 0 if result.passed else 1


if __name__ == "__main__":
    _code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: a thread of the media library that logs while the interpreter takes itself apart
    # aborts the process, and a call that passed would count as failed.
    os._exit(_code)
