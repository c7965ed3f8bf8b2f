"""Which recognizer listens to a call, in words, and what hosts are told when that changes."""

from typing import Final

from agent.stt.health import ChangeReason
from wire.coverage import Notice, NoticeReason

REASONS: Final[dict[ChangeReason, str]] = {
    "provider_down": "does not answer",
    "refused": "refuses our key",
    "quota": "has no quota left",
    "too_slow": "answers too late",
    "cap": "would cost more than the cap leaves",
    "back": "answers again",
}
"""What has become of a recognizer, behind its label."""


class RecognizerNotice:
    """Who listens to one call."""

    def __init__(self, label: str) -> None:
        """Begin with the recognizer that listens, in words for people."""
        self.label = label
        """What everybody may read."""
        self._fallen: dict[str, NoticeReason] = {}
        """By recognizer, what hosts were told when it failed: the end is told in the same words."""

    def change(self, label: str, reason: ChangeReason, listening: str | None, at_ms: int) -> Notice:
        """Note a change, and return what hosts are told.

        Args:
            label: the recognizer that failed or is back.
            reason: why.
            listening: the recognizer that listens now; None: none does.
            at_ms: the time.
        """
        self.label = listening or f"nobody at the moment: {label} does not answer"
        told: NoticeReason = "recognizer_changed" if listening else "provider_down"
        if reason == "back":
            told = self._fallen.pop(label, told)
        else:
            self._fallen[label] = told
        return Notice(
            id=f"recognizer_changed:{label}"[:320],
            reason=told,
            over=reason == "back",
            text=f"{label} {REASONS[reason]}; {listening or 'nobody'} listens now"[:500],
            at_ms=at_ms,
        )
