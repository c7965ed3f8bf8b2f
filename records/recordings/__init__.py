"""Recordings that people bring: what is in a file, by its content and not by its name.

A file may be anything, so nobody believes it: `check_recording` looks at it in a process of its
own, `open_recording` opens only what the seven kinds hold, and no other file or address.
"""

from records.recordings.check import RecordingFacts, check_recording
from records.recordings.kinds import RecordingError, RecordingFault
from records.recordings.opening import OpenRecording, open_recording

__all__ = [
    "OpenRecording",
    "RecordingError",
    "RecordingFacts",
    "RecordingFault",
    "check_recording",
    "open_recording",
]
