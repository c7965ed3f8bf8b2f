"""Side-effect module: what every job needs, loaded once for all of them.

The worker's job processes are forked from one process that has imported this module: they begin
in some milliseconds instead of seconds, and share the memory of what is loaded here. Nothing in
here may start a thread or an event loop.
"""

from importlib import import_module
from typing import Final

from livekit.agents.utils import http_context
from livekit.local_inference import init_vad

from agent.stt.pocketsphinx_process import DECODERS_PER_PROCESS, preload_decoders

MODULES: Final = (
    "agent.beat",
    "agent.call",
    "agent.llm",
    "agent.playbook_file",
    "agent.stt.pocketsphinx",
    "livekit.agents.cli.cli",
    "records",
)

for module in MODULES:
    import_module(module)
init_vad()
# Reading the certificates takes 20 ms of an idle core, and much more of a busy one.
http_context._create_ssl_context()
preload_decoders(DECODERS_PER_PROCESS)
