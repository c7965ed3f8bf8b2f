"""`python -m benchmarks`: measures, prints figures and targets, writes data/bench.json."""

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import final_delay, joining, playbook, recognizer, transcript_buffer
from benchmarks.machine import describe_machine
from benchmarks.report import find_faults, print_figures, print_targets
from benchmarks.rooms import BenchmarkError
from settings import SettingsError
from stack.part import PartError

NAMES = ("joining", "final_delay", "transcript_buffer", "playbook", "recognizer")
OUTPUT = Path("data/bench.json")
QUICK_MEETING_SECONDS = 600.0


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks; return the exit code."""
    options = _parser().parse_args(arguments)
    # The WebRTC library warns of handles that are gone when a client has left: harmless.
    logging.getLogger("livekit").setLevel(logging.ERROR)
    result: dict[str, Any] = {"machine": describe_machine(), "quick": options.quick}
    _warn_of_load(result["machine"])
    faults: list[str] = []
    runs = _runs(options)
    try:
        for name in options.only or NAMES:
            print(f"{name} ...", flush=True)
            began = time.monotonic()
            try:
                result |= runs[name]()
            except (BenchmarkError, PartError) as error:
                faults.append(f"{name}: {error}")
            print(f"  {time.monotonic() - began:.0f} s", flush=True)
    except SettingsError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbenchmarks: stopped; nothing was written", file=sys.stderr)
        return 130
    faults += find_faults(result)
    print_figures(result)
    print_targets(result)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {options.output}")
    for fault in faults:
        print(f"BROKEN: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures real parts on this machine. Exit code 0 also when a target is "
        "missed, since that depends on the machine; 1 when something is broken: a room without "
        "agent, a line without final.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rooms and lines: a check")
    parser.add_argument("--only", action="append", choices=NAMES, help="run this; repeatable")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"default: {OUTPUT}")
    parser.add_argument("--logs", action="store_true", help="print the logs of the parts too")
    parser.add_argument(
        "--idle-processes",
        type=int,
        metavar="N",
        help="measure joining with AGENT_IDLE_PROCESSES=N; default: the worker's own default",
    )
    return parser


def _runs(options: argparse.Namespace) -> dict[str, Callable[[], dict[str, Any]]]:
    def run_joining() -> dict[str, Any]:
        figures = joining.run(
            quick=options.quick, idle_processes=options.idle_processes, logs=options.logs
        )
        return {"agent_in_room_ms": figures}

    def run_final_delay() -> dict[str, Any]:
        ways = final_delay.run(quick=options.quick, logs=options.logs)
        return _by_figure(ways, ("ours", "plain")) | {"ours_to_plain": ways["ours_to_plain"]}

    def run_transcript_buffer() -> dict[str, Any]:
        seconds = QUICK_MEETING_SECONDS if options.quick else transcript_buffer.MEETING_SECONDS
        return {"transcript_buffer": transcript_buffer.run(seconds)}

    return {
        "joining": run_joining,
        "final_delay": run_final_delay,
        "transcript_buffer": run_transcript_buffer,
        "playbook": lambda: {"playbook": playbook.run()},
        "recognizer": lambda: {"recognizer": recognizer.run(quick=options.quick)},
    }


def _by_figure(ways: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Turn {way: {figure: value}} into {figure: {way: value}}."""
    by_figure: dict[str, Any] = {}
    for name in names:
        for figure, value in ways[name].items():
            by_figure.setdefault(figure, {})[name] = value
    return by_figure


def _warn_of_load(machine: dict[str, Any]) -> None:
    load = machine["load_average_before"][0]
    if load > 0.5 * (os.cpu_count() or 1):
        print(f"the machine is busy (load {load}): figures will be worse than they could be")


if __name__ == "__main__":
    sys.exit(main())
