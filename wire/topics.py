"""Names that both ends of a call must spell the same way."""

from typing import Final

PROTOCOL_VERSION: Final = 1
"""Version of every payload in `wire`; raised when an old reader would misread a new message."""

AGENT_NAME: Final = "sidenote"
"""The name under which the worker registers and under which it is dispatched."""

TRANSCRIPTION: Final = "lk.transcription"
"""Text-stream topic that LiveKit's own clients read transcripts from."""

TALKING_POINT: Final = "sidenote.talking_point"
"""Data-message topic for hosts only; the payload is a `wire.talking_point.TalkingPoint`."""

AGENT_STATE: Final = "lk.agent.state"
"""Agent attribute that LiveKit's clients wait for; without it they see the agent 3 s late."""

RECOGNIZER: Final = "sidenote.recognizer"
"""Agent attribute: what transcribes this call, in words for people (everyone may read it)."""

ADVICE: Final = "sidenote.advice"
"""Agent attribute: what advises the host, in words for people (everyone may read it)."""
