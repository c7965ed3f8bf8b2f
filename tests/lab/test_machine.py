"""What a process and its children cost."""

import os
import subprocess
import sys

import pytest

from lab.machine import ProcessTrees, jobs_of_worker, tree

pytestmark = pytest.mark.unit


async def test_the_cost_of_a_tree_is_that_of_all_its_processes() -> None:
    trees = ProcessTrees({"me": os.getpid()})
    await trees.begin()
    sum(number * number for number in range(2_000_000))

    use = (await trees.finish(60.0))["me"]

    assert use.cpu_seconds > 0.02
    assert use.cpu_seconds_per_call_minute == use.cpu_seconds
    assert use.peak_rss_mb >= use.peak_pss_mb > 10


@pytest.fixture
def ended() -> subprocess.Popen[bytes]:
    """A process that is over."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


async def test_a_part_that_has_ended_costs_nothing_more(ended: subprocess.Popen[bytes]) -> None:
    trees = ProcessTrees({"gone": ended.pid})
    await trees.begin()

    assert (await trees.finish(60.0))["gone"].cpu_seconds == 0
    assert tree(ended.pid) == []
    assert jobs_of_worker(ended.pid) == []
