"""Side-effect module: what every job needs, loaded once for all of them.

The worker's job processes are forked from one process that has imported this module: they begin
in some milliseconds instead of seconds, and share the memory of what is loaded here. Nothing in
here may start a thread or an event loop.
"""

from importlib import import_module
from typing import Final

from livekit.agents.utils import http_context
from livekit.local_inference import init_vad

from agent.commands.wake_word import WakeWord
from agent.playbook_sounds import learn_sounds
from agent.settings import AgentSettings
from agent.stt.choice import hears_locally
from agent.stt.pocketsphinx_process import (
    DECODERS_PER_PROCESS,
    expect_words_in_preloaded,
    preload_decoders,
)
from agent.stt.vocabulary import load_vocabulary
from playbook.file import PlaybookError, load_playbook
from settings import load_settings

MODULES: Final = (
    "agent.beat",
    "agent.call",
    "playbook.file",
    "agent.stt.pocketsphinx",
    "livekit.agents.cli.cli",
    "records",
)


def _expect_words_of_default_playbook() -> None:
    """Most calls use it: with its words added here, their recognizers still share the models."""
    settings = load_settings(AgentSettings)
    try:
        playbook = load_playbook(settings.playbook_folder / f"{settings.playbook}.yaml")
    except PlaybookError:
        return  # the call that needs it says so
    _, words = learn_sounds(playbook, load_vocabulary())
    if settings.voice_commands:
        words |= WakeWord.learn(settings.wake_word, load_vocabulary()).expected
    expect_words_in_preloaded(words)


for module in MODULES:
    import_module(module)
init_vad()
# Reading the certificates takes 20 ms of an idle core, and much more of a busy one.
http_context._create_ssl_context()
if hears_locally(load_settings(AgentSettings)):
    preload_decoders(DECODERS_PER_PROCESS)
# Shares its language model with the decoders, if there are any.
load_vocabulary()
_expect_words_of_default_playbook()
