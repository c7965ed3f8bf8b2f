"""Why an attempt at a recording ended before its time: in words for people, and what follows."""

from livekit.agents import APIError

from agent.stt.recognizer import RecognizerError
from records import FilesUnavailableError, RecordRefusedError, StoreUnavailableError
from settings import SettingsError
from settings.faults import describe_fault


def cause_of(error: Exception) -> str:
    """Return what was wrong and what to do; nothing that was said, and no secret."""
    match error:
        case APIError():
            # Raised by `agent.transcribe.recognizers`: no provider's text is in it.
            return f"no recognizer answers: {error.message}; look at STT, its key and the network"
        case SettingsError() | FilesUnavailableError() | StoreUnavailableError():
            return str(error)
        case RecognizerError():
            return f"{error}; look at the log, and whether the machine has memory enough"
        case OSError():
            reason = error.strerror or type(error).__name__
            return f"the system refused ({reason}); has TMPDIR room for the recording?"
        case _:
            return f"it ended with {describe_fault(error)}"


def blames_recording(error: Exception) -> bool:
    """Tell whether the recording itself may be the reason: then it is not tried without end."""
    if isinstance(error, RecordRefusedError):
        return True
    return not isinstance(
        error,
        APIError | SettingsError | FilesUnavailableError | StoreUnavailableError | OSError,
    )
