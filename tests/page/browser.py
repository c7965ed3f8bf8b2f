"""Debian's Chromium with a file as its microphone."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import soundfile
from playwright.async_api import Page, async_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    # Five pictures a second: encoding more of them in software leaves no core for the rest.
    "--use-fake-device-for-media-stream=fps=5",
    # On a machine without a network there is only loopback, which Chromium leaves out otherwise.
    "--allow-loopback-in-peer-connection",
]


def microphone_file(folder: Path, name: str, *speech: Path, pause_seconds: float = 1.5) -> Path:
    """A WAV as Chromium wants its microphone; it plays the file again and again."""
    parts: list[np.ndarray] = []
    for path in speech:
        samples, rate = soundfile.read(path, dtype="float64")
        stretched = np.interp(
            np.arange(len(samples) * 48000 // rate) * rate / 48000, np.arange(len(samples)), samples
        )
        parts += [np.zeros(int(48000 * pause_seconds)), stretched]
    path = folder / f"{name}.wav"
    soundfile.write(path, np.concatenate([*parts, np.zeros(48000)]), 48000, subtype="PCM_16")
    return path


# Chromium's own offline emulation leaves open sockets and peer connections alone.
_CUTTABLE = """
  const open = new Set();
  const watch = (Native, start) => class extends Native {
    constructor(...given) {
      super(...start(given));
      open.add(this);
    }
  };
  // While the page is cut off, nothing listens where it connects to.
  const elsewhere = ([url, ...rest]) => [window.isCutOff ? 'ws://127.0.0.1:9/' : url, ...rest];
  window.WebSocket = watch(WebSocket, elsewhere);
  window.RTCPeerConnection = watch(RTCPeerConnection, (given) => given);
  window.cutOff = () => {
    window.isCutOff = true;
    for (const each of open) each.close();
    open.clear();
  };
"""


async def cut_off(page: Page) -> None:
    """Close every connection of a page and let none be made, until `restore`."""
    await page.context.set_offline(True)
    await page.evaluate("window.cutOff()")


async def restore(page: Page) -> None:
    """Let a page that was cut off connect again."""
    await page.evaluate("window.isCutOff = false")
    await page.context.set_offline(False)


@asynccontextmanager
async def chromium(
    microphone: Path, *, width: int = 1280, height: int = 800
) -> AsyncIterator[Page]:
    """A browser of its own; the test fails on any request that leaves this machine."""
    executable = shutil.which("chromium")
    assert executable, "chromium is missing: apt-get install chromium"
    outside: list[str] = []
    errors: list[str] = []
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=executable,
                headless=True,
                viewport={"width": width, "height": height},
                args=[*FLAGS, f"--use-file-for-fake-audio-capture={microphone}"],
            )
            await context.add_init_script(_CUTTABLE)
            page = context.pages[0]
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on(
                "request",
                lambda request: (
                    outside.append(request.url)
                    if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
                    else None
                ),
            )
            yield page
            await context.close()
    assert not outside, outside
    assert not errors, errors
