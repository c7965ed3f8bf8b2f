"""Side-effect module: what every job needs, loaded once for all of them.

The worker's job processes are forked from one process that has imported this module: they begin
in some milliseconds instead of seconds, and share the memory of what is loaded here. Nothing in
here may start a thread or an event loop. See `agent.forks`.
"""

from importlib import import_module

from livekit.agents.utils import http_context
from livekit.local_inference import init_vad

from agent.stt.vocabulary import load_vocabulary

for module in ("agent.worker", "livekit.agents.cli.cli"):
    import_module(module)
init_vad()
# Reading the certificates takes 20 ms of an idle core, and much more of a busy one.
http_context._create_ssl_context()
load_vocabulary()
