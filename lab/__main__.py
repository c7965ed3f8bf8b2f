"""Command line of the lab: `python -m lab play CALL.yaml`, `python -m lab render CALL.yaml`."""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from lab.call_file import CallFile, CallFileError, load_call
from lab.play import CallPlayer, PlayError
from lab.score import Score, score
from lab.terminal import LiveTranscript, print_score
from lab.voices import VoiceError, VoiceIndex, render_call, voices_folder
from settings import SettingsError
from stack.part import PartError
from stack.running import StackOptions, running_stack
from stack.terminal import ignore_line, print_line


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options = _parser().parse_args(arguments)
    # The WebRTC library warns of handles that are gone when a client has left: harmless.
    logging.getLogger("livekit").setLevel(logging.ERROR)
    try:
        if options.command == "render":
            for path in options.calls:
                _render(path)
            return 0
        return asyncio.run(_play(options))
    except (CallFileError, VoiceError, PlayError, PartError, SettingsError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nlab: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="Plays scripted calls over real WebRTC and scores them."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="play|render")
    play = commands.add_parser(
        "play",
        help="play a call, show it, score it",
        description="Play a call file over real WebRTC and score what came back. Exit code 1: "
        "the call did not come out as its file expects; 2: it could not be played.",
    )
    play.add_argument("call", type=Path, metavar="CALL.yaml", help="the call file")
    play.add_argument(
        "--url",
        help="token server of a stack that runs already (SIDENOTE_API_KEY is sent to it); "
        "default: start one on free ports, with a store of its own",
    )
    play.add_argument("--report", type=Path, metavar="FILE.json", help="write the score as JSON")
    play.add_argument("--logs", action="store_true", help="print the logs of the parts too")
    render = commands.add_parser(
        "render",
        help="give the lines of call files their voices",
        description="Render the lines of call files with flite, into a folder beside each. "
        "What is already there for the same words and voice is kept.",
    )
    render.add_argument("calls", type=Path, nargs="+", metavar="CALL.yaml", help="the call files")
    return parser


def _render(path: Path) -> tuple[CallFile, VoiceIndex]:
    call = load_call(path)
    index = render_call(call, voices_folder(path), print)
    durations = [line.seconds for line in index.lines]
    end = call.starts_seconds(durations)[-1] + durations[-1]
    voices = f"{len(durations)} lines, {sum(durations):.1f} s of voices"
    print(f"{call.title}: {voices}, ends at {end:.1f} s")
    return call, index


async def _play(options: argparse.Namespace) -> int:
    call = load_call(options.call)
    folder = voices_folder(options.call)
    voices = render_call(call, folder)
    print(f"{call.title}. {call.purpose}")
    async with AsyncExitStack() as exits:
        url = options.url
        if not url:
            url = await _start_stack(exits, logs=options.logs)
        player = CallPlayer(call, voices, folder, url, os.environ.get("SIDENOTE_API_KEY"))
        result = await _play_visibly(player)
    print_score(result)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return 0 if result.passed else 1


async def _start_stack(exits: AsyncExitStack, *, logs: bool) -> str:
    print("starting media server, token server and worker ...", flush=True)
    started = time.monotonic()
    folder = exits.enter_context(tempfile.TemporaryDirectory(prefix="sidenote-lab-"))
    options = StackOptions(hermetic=True, database_url=f"sqlite:///{folder}/records.db")
    stack = await exits.enter_async_context(
        running_stack(options, print_line if logs else ignore_line)
    )
    print(f"ready after {time.monotonic() - started:.1f} s\n", flush=True)
    return stack.token_server_url


async def _play_visibly(player: CallPlayer) -> Score:
    transcript = LiveTranscript(player.recording, time.time())
    for witness in player.recording.witnesses.values():
        if witness.role == "host":
            witness.on_transcript = transcript.show
            witness.on_talking_point = transcript.show_point
            break
    recording = await player.play()
    transcript.close()
    return score(recording)


if __name__ == "__main__":
    sys.exit(main())
