"""Jobs are forked from what the worker has loaded already."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit


def test_jobs_share_what_the_worker_has_imported_and_outlive_the_loss_of_the_fork() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.agent.jobs_of_forks"],
        capture_output=True,
        timeout=120,
        check=True,
    )
    seen = json.loads(done.stdout)
    assert seen["forked"] == [True, True, False]
    # The last one's was a new interpreter, which knows nothing of it.
    assert seen["loaded"] == [["before the fork", "prepared"]] * 2 + [[]]
