"""What `python -m agent transcribe` takes; imports nothing heavy, for `--help` is asked often."""

import argparse
from pathlib import Path
from typing import Any, Final

from transcript_buffer.exports import ExportFormat

FORMATS: Final[tuple[ExportFormat, ...]] = ("txt", "md", "srt", "vtt", "json")
DEFAULT_FORMAT: Final[ExportFormat] = "txt"
_TEXT: Final = "turn a recording into a transcript and a meeting, without any server"
_EPILOG: Final = """\
The recording may be wav, mp3, m4a, flac, ogg, aac, or the sound of mp4 and webm; what it is, is
told by its content. The transcript goes into the store (DATABASE_URL) as a meeting, too; a worker
that shares it writes the minutes. Speech is recognized on all cores by the recognizer on this
machine, or by the provider that STT names. Ctrl-C stops; the same command goes on from there.
"""


def add_transcribe(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command to those of `python -m agent`."""
    command = commands.add_parser(
        "transcribe",
        help=_TEXT,
        description=_TEXT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", type=Path, help="the recording")
    command.add_argument(
        "--out", type=Path, help="where the transcript goes (default: ./FILE.transcript.FORMAT)"
    )
    command.add_argument(
        "--format",
        choices=FORMATS,
        help="of the transcript (default: as --out ends, else txt)",
    )
