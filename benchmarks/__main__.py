"""`python -m benchmarks`: measures, prints figures and targets, writes data/bench.json."""

import argparse
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.catalog import NAMES, Catalog
from benchmarks.machine import describe_machine
from benchmarks.report import print_figures
from benchmarks.report_hearing import print_hearing
from benchmarks.report_help import print_help
from benchmarks.report_meeting import print_meeting
from benchmarks.rooms import BenchmarkError, NotInstalledError
from benchmarks.targets import find_faults, print_targets
from benchmarks.ways import add_ratios
from settings import SettingsError
from stack.part import PartError

OUTPUT = Path("data/bench.json")
_BROKEN, _SETTINGS_WRONG, _MISSING, _STOPPED = 1, 2, 3, 130


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks; return the exit code."""
    options = _parser().parse_args(arguments)
    # The WebRTC library warns of handles that are gone when a client has left: harmless.
    logging.getLogger("livekit").setLevel(logging.ERROR)
    result: dict[str, Any] = {"machine": describe_machine(), "quick": options.quick}
    _warn_of_load(result["machine"])
    faults: list[str] = []
    try:
        _measure(options, result, faults)
    except SettingsError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return _SETTINGS_WRONG
    except KeyboardInterrupt:
        print("\nbenchmarks: stopped; nothing was written", file=sys.stderr)
        return _STOPPED
    add_ratios(result)
    faults += find_faults(result)
    print_figures(result)
    print_hearing(result)
    print_help(result)
    print_meeting(result)
    print_targets(result)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {options.output}")
    missing = result.get("not_measured", {})
    for name, reason in missing.items():
        print(f"MISSING: {name}: {reason}", file=sys.stderr)
    for fault in faults:
        print(f"BROKEN: {fault}", file=sys.stderr)
    if faults:
        return _BROKEN
    return _MISSING if missing else 0


def _measure(options: argparse.Namespace, result: dict[str, Any], faults: list[str]) -> None:
    """Run what was chosen; what fails or is not installed leaves the rest alone."""
    catalog = Catalog(options, result)
    for name in options.only or NAMES:
        print(f"{name} ...", flush=True)
        began = time.monotonic()
        try:
            catalog.run(name)
        except NotInstalledError as error:
            print(f"  {error}", file=sys.stderr)
            result.setdefault("not_measured", {})[name] = str(error).splitlines()[0]
        except (BenchmarkError, PartError) as error:
            faults.append(f"{name}: {error}")
        print(f"  {time.monotonic() - began:.0f} s", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures real parts on this machine. Exit code 0 also when a target is "
        "missed, since that depends on the machine; 1 when something is broken: a room without "
        "agent, a line without final; 3 when a peer could not be installed.",
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


def _warn_of_load(machine: dict[str, Any]) -> None:
    load = machine["load_average_before"][0]
    if load > 0.5 * (os.cpu_count() or 1):
        print(f"the machine is busy (load {load}): figures will be worse than they could be")


if __name__ == "__main__":
    sys.exit(main())
