"""Plays one call on a stack, as the commands of the lab need it."""

import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.call_file import CallFile, load_call
from lab.emulators.known_speech import KnownLine
from lab.play import CallPlayer, PlayOptions
from lab.recording import Recording
from lab.score import Score, score
from lab.sound import read_sound
from lab.terminal import LiveTranscript
from lab.voices import VoiceIndex, render_call, voices_folder
from stack.running import RunningStack, StackOptions, running_stack
from stack.terminal import ignore_line, print_line


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCall:
    """A call file with its audio."""

    path: Path
    call: CallFile
    voices: VoiceIndex

    @property
    def folder(self) -> Path:
        """Where the audio is."""
        return voices_folder(self.path)

    def known_lines(self) -> list[KnownLine]:
        """Return the audio of the lines with their words, for a provider that is exact.

        Raises:
            SoundError: an audio file cannot be read.
        """
        return [
            KnownLine(samples=read_sound(self.folder / line.file), words=line.timed_words())
            for line in self.voices.lines
        ]


def prepare(path: Path) -> PreparedCall:
    """Read a call file and render what of its audio is missing.

    Raises:
        CallFileError: it is no proper call.
        VoiceError: a line cannot be given its audio.
    """
    call = load_call(path)
    return PreparedCall(path=path, call=call, voices=render_call(call, voices_folder(path)))


@asynccontextmanager
async def own_stack(
    settings: Mapping[str, str] | None = None,
    *,
    logs: bool = False,
    workers: int = 1,
    postgres: bool = False,
) -> AsyncIterator[RunningStack]:
    """Run a stack on free ports with a store of its own, the same on every machine.

    Args:
        settings: of the parts, beside what the stack sets.
        logs: print what the parts print.
        workers: how many share the calls.
        postgres: keep the records in a Postgres instead of a file.

    Raises:
        PartError: a part did not start.
        SettingsError: the settings are wrong.
    """
    with tempfile.TemporaryDirectory(prefix="sidenote-lab-") as folder:
        options = StackOptions(
            hermetic=True,
            database_url=f"sqlite:///{folder}/records.db",
            environment={
                "WAITING_FOLDER": f"{folder}/waiting",
                "FILES_URL": f"file://{folder}/files",
                **(settings or {}),
            },
            workers=workers,
            postgres=postgres,
        )
        async with running_stack(options, print_line if logs else ignore_line) as stack:
            yield stack


async def play_call(
    prepared: PreparedCall,
    url: str,
    api_key: str | None,
    *,
    stack: RunningStack | None = None,
    options: PlayOptions | None = None,
    visibly: bool = True,
) -> tuple[Recording, Score]:
    """Play a call and score it.

    Raises:
        PlayError: it could not be played.
    """
    player = CallPlayer(
        prepared.call,
        prepared.voices,
        prepared.folder,
        url,
        api_key,
        stack=stack,
        options=options,
    )
    transcript = LiveTranscript(player.recording, time.time()) if visibly else None
    if transcript:
        host = player.recording.hosts[0]
        host.on_transcript = transcript.show
        host.on_talking_point = transcript.show_point
        player.recording.on_event = transcript.show_event
    recording = await player.play()
    if transcript:
        transcript.close()
    return recording, score(recording)
