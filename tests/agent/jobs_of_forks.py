"""`python -m tests.agent.jobs_of_forks`: a process that `multiprocessing` forks jobs for.

Prints as JSON what three jobs have seen: two of the fork, and one after the fork was killed.
"""

import json
import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver
from multiprocessing.connection import Connection

from agent.forks import fork_jobs

LOADED: list[str] = []
"""What was loaded after the import of this file."""


def job(answer: Connection) -> None:
    answer.send((os.getppid(), list(LOADED)))


def run_job() -> tuple[int, list[str]]:
    # As a worker does: its jobs are told of it by a name that another process can import.
    from tests.agent.jobs_of_forks import job as importable

    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=importable, args=(theirs,))
    process.start()
    seen: tuple[int, list[str]] = ours.recv()
    process.join()
    return seen


def main() -> None:
    import tests.agent.jobs_of_forks as imported

    imported.LOADED.append("before the fork")
    fork_jobs(modules=(), prepare=lambda: imported.LOADED.append("prepared"))
    imported.LOADED.append("after it")
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    jobs = [run_job(), run_job()]
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    jobs.append(run_job())
    forked = [parent == pid for parent, _ in jobs]
    print(json.dumps({"forked": forked, "loaded": [loaded for _, loaded in jobs]}), flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
