"""`python -m records.recordings FILE SECONDS`: the process that looks at a recording.

Started by `records.recordings.check`, never by hand.
"""

import resource
import sys
from pathlib import Path
from typing import Final

from records.recordings.check import LONGEST_SECONDS, RecordingFacts, write
from records.recordings.kinds import RecordingError

_MEMORY_BYTES: Final = 2 << 30
_OPEN_FILES: Final = 32


def main() -> int:
    """Print what the file holds, or why it is refused."""
    path, most_seconds = Path(sys.argv[1]), float(sys.argv[2])
    # Loaded before the limits: a hostile file finds nothing more to open, and nowhere to write.
    from records.recordings.look import look_at

    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, round(LONGEST_SECONDS)),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    outcome: RecordingFacts | RecordingError
    try:
        outcome = look_at(path, most_seconds)
    except RecordingError as error:
        outcome = error
    print(write(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main())
