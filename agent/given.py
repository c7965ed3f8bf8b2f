"""What the worker gives a call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livekit import rtc
from livekit.agents import stt

from agent.commands.wake_word import WakeWord
from agent.ears import Clock
from agent.playbook_shelf import PlaybookShelf, ShelvedPlaybook
from agent.prices import PriceTable
from agent.settings import AgentSettings
from records import Files, Store
from wire.consent import ConsentPolicy
from wire.roles import RoomLife


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything of a call that is there before it."""

    room: rtc.Room
    life: RoomLife
    """Of the room: whoever comes with a token of another is nobody's host here."""
    job_id: str
    settings: AgentSettings
    store: Store
    files: Files
    recognizer: stt.STT[Any]
    playbook: ShelvedPlaybook
    """Of calls whose hosts have chosen no other."""
    shelf: PlaybookShelf
    prices: PriceTable
    consent_policy: ConsentPolicy
    goal: str
    """Of calls whose hosts have said no other; empty: nobody has."""
    wake_word: WakeWord | None
    """None: hosts give no commands by voice."""
    on_speakers: Callable[[int], None]
    """Is told how many people may speak."""
    now: Clock
