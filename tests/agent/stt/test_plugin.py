"""Plugins as packages in the `livekit.plugins` namespace, built on the library's base classes."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import livekit
import pytest
from livekit.agents import APIConnectionError, APIStatusError, stt

from agent.stt.plugin import PluginSTT, find_plugin_class, load_plugin
from settings import SettingsError
from tests.agent.speech import read_line
from tests.agent.stt.streams import FINAL, INTERIM, finals_of, next_final, push, speak, text_of
from tests.agent.waiting import until

pytestmark = pytest.mark.unit

SOURCE = '''
import asyncio
from livekit import rtc
from livekit.agents import APIStatusError, stt

def event(kind, text):
    heard = stt.SpeechData(language="en", text=text)
    return stt.SpeechEvent(type=getattr(stt.SpeechEventType, kind), alternatives=[heard])

class Whole(stt.STT):
    """Takes whole segments; says how long they were."""

    def __init__(self, *, word="seconds", key=""):
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        if key == "wrong":
            raise ValueError(f"no such key: {key}-and-more")
        self.word = word
        self.in_flight = self.most_in_flight = 0
        self.failure = None

    async def _recognize_impl(self, buffer, *, language, conn_options):
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0)
        self.in_flight -= 1
        if self.failure:
            raise self.failure
        frame = rtc.combine_audio_frames(buffer)
        return event("FINAL_TRANSCRIPT", f"{frame.duration:.1f} {self.word}")

class STT(stt.STT):
    """Streams; what it says, and when, is told by `script`: one list for each flush, with its
    events after the flush, and `early` for each segment's beginning."""

    def __init__(self, *, script=(), early=(), manual_flush=False, **options):
        super().__init__(
            capabilities=stt.STTCapabilities(
                streaming=True, interim_results=True, manual_flush=manual_flush
            )
        )
        if options.get("api_key") == "sk-very-private-1":
            raise ValueError("refused: sk-very-private-1")
        self.script, self.early = list(script), list(early)
        self.streams = []

    async def _recognize_impl(self, buffer, *, language, conn_options):
        raise AssertionError("a stream was to be opened, not a whole recording recognized")

    def stream(self, *, language=None, conn_options):
        self.streams.append(Stream(stt=self, conn_options=conn_options, sample_rate=16000))
        return self.streams[-1]

class Stream(stt.RecognizeStream):
    async def _run(self):
        begun = False
        async for item in self._input_ch:
            if isinstance(item, rtc.AudioFrame):
                if not begun and self._stt.early:
                    self.say(self._stt.early.pop(0))
                begun = True
            elif begun:
                begun = False
                if self._stt.script:
                    self.say(self._stt.script.pop(0))

    def say(self, events):
        for kind, text in events:
            if kind == "RAISE":
                raise APIStatusError("no more of this", status_code=402)
            if kind == "BREAK":
                raise RuntimeError(text)
            if kind == "LATER":
                loop = asyncio.get_running_loop()
                final = event("FINAL_TRANSCRIPT", text)
                loop.call_later(0.05, self._event_ch.send_nowait, final)
            else:
                self._event_ch.send_nowait(event(kind, text))
'''
FINALLY = "FINAL_TRANSCRIPT"
SO_FAR = "INTERIM_TRANSCRIPT"


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installs `livekit.plugins.tiny`, and three packages that are broken."""
    for name, source in (
        ("tiny", SOURCE),
        ("broken", "raise RuntimeError('sk-very-private')"),
        ("lacking", "import a_module_that_nobody_has"),
        ("tts_only", "from livekit.agents import tts\nclass STT(tts.TTS): pass"),
    ):
        folder = tmp_path / "livekit" / "plugins" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(source)
    # What a .pth file or another folder of site-packages does for the namespace package.
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(livekit, "__path__", [*livekit.__path__, str(tmp_path / "livekit")])
    yield
    for module in [name for name in sys.modules if name.startswith("livekit.plugins")]:
        del sys.modules[module]
    livekit.__dict__.pop("plugins", None)


def tiny(name: str = "STT", /, **options: Any) -> PluginSTT:
    return PluginSTT(load_plugin(f"tiny.{name}", options))


def settings_error(call: Callable[[], object]) -> str:
    with pytest.raises(SettingsError) as caught:
        call()
    return str(caught.value)


def test_a_missing_package_comes_with_the_line_to_type() -> None:
    text = settings_error(lambda: find_plugin_class("deepgram.STT"))
    assert "-m pip install livekit-plugins-deepgram==" in text
    assert "livekit-plugins-play-ai==" in settings_error(lambda: find_plugin_class("play_ai.STT"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lacking.STT", "'a_module_that_nobody_has', which is missing"),
        ("broken.STT", "cannot be imported (RuntimeError)"),
        ("tiny.Nobody", "no STT called 'Nobody'; it has STT, Whole"),
        ("tts_only.STT", "it has none at all"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_explained(name: str, words: str) -> None:
    text = settings_error(lambda: find_plugin_class(name))
    assert words in text
    assert "private" not in text


def test_options_that_do_not_fit_are_named_and_never_repeated() -> None:
    text = settings_error(lambda: load_plugin("tiny.Whole", {"model": "sk-very-private"}))
    assert "'model'" in text
    assert "private" not in text
    text = settings_error(lambda: load_plugin("tiny.STT", {"api_key": "sk-very-private-1"}))
    assert "ValueError: refused: ***" in text


async def test_a_plugin_without_streams_is_asked_for_each_segment_in_order() -> None:
    async with tiny("Whole", word="long") as recognizer:
        async with recognizer.stream() as stream:
            for seconds in (1.0, 1.1, 1.2, 1.3):
                speak(stream, seconds)
            stream.end_input()
            assert await finals_of(stream) == ["1.0 long", "1.1 long", "1.2 long", "1.3 long"]
        assert isinstance(recognizer, PluginSTT)
        assert recognizer.inner.most_in_flight == 2  # type: ignore[attr-defined]
        assert not recognizer.capabilities.interim_results


async def test_what_a_plugin_raises_is_an_api_error_without_its_text() -> None:
    recognizer = tiny("Whole")
    recognizer.inner.failure = RuntimeError("they said this")  # type: ignore[attr-defined]
    async with recognizer, recognizer.stream() as stream:
        speak(stream)
        with pytest.raises(APIConnectionError) as caught:
            await next_final(stream)
    assert "RuntimeError" in str(caught.value)
    assert "they said" not in repr(caught.value)


async def test_one_final_for_each_flush() -> None:
    script = [[(FINALLY, "one")], [(FINALLY, "two")]]
    async with tiny(script=script) as recognizer, recognizer.stream() as stream:
        speak(stream)
        assert await next_final(stream) == "one"
        speak(stream)
        stream.end_input()
        assert await finals_of(stream) == ["two"]


async def test_several_finals_between_two_flushes_are_joined() -> None:
    options = {
        "early": [[(FINALLY, "we looked"), (FINALLY, "at Gong")]],
        "script": [[(FINALLY, "and liked it")]],
    }
    async with tiny(**options) as recognizer, recognizer.stream() as stream:
        speak(stream)
        stream.end_input()
        assert await finals_of(stream) == ["we looked at Gong and liked it"]


async def test_interims_show_the_whole_segment_so_far() -> None:
    early = [[(FINALLY, "we looked"), (SO_FAR, "at"), (SO_FAR, "at Gong")]]
    options = {"early": early, "script": [[(FINALLY, "at Gong")]]}
    async with tiny(**options) as recognizer, recognizer.stream() as stream:
        speak(stream)
        stream.end_input()
        events = [(event.type, text_of(event)) async for event in stream]
    assert events == [
        (INTERIM, "we looked at"),
        (INTERIM, "we looked at Gong"),
        (FINAL, "we looked at Gong"),
    ]


async def test_words_that_never_get_their_final_are_taken_from_the_interim() -> None:
    options = {"early": [[(FINALLY, "we looked"), (SO_FAR, "at Gong")]]}
    async with tiny(**options) as recognizer, recognizer.stream() as stream:
        speak(stream)
        assert await next_final(stream) == "we looked at Gong"


async def test_a_final_that_comes_after_its_interim_was_taken_is_no_second_one() -> None:
    options = {
        "early": [[(SO_FAR, "at Gong")], []],
        "script": [[], [(FINALLY, "and then")]],
    }
    async with tiny(**options) as recognizer, recognizer.stream() as stream:
        speak(stream)
        assert await next_final(stream) == "at Gong"
        assert isinstance(recognizer, PluginSTT)
        inner = recognizer.inner.streams[0]  # type: ignore[attr-defined]
        inner.say([(FINALLY, "at Gong")])
        await until(lambda: inner._event_ch.empty())
        await asyncio.sleep(0)
        speak(stream)
        assert await next_final(stream) == "and then"


async def test_nothing_to_hear_brings_an_empty_final() -> None:
    async with tiny() as recognizer, recognizer.stream() as stream:
        speak(stream)
        speak(stream)
        assert [await next_final(stream) for _ in range(2)] == ["", ""]


async def test_with_a_provider_that_finalizes_on_flush_the_first_final_is_enough() -> None:
    script = [[("LATER", "one")], [("LATER", "two")]]
    options = {"script": script, "manual_flush": True}
    async with tiny(**options) as recognizer, recognizer.stream() as stream:
        for text in ("one", "two"):
            speak(stream)
            assert await next_final(stream) == text


async def test_a_final_after_its_segment_was_closed_is_not_lost() -> None:
    script = [[(FINALLY, "one")], [(FINALLY, "three")]]
    options = {"script": script, "manual_flush": True}
    async with tiny(**options) as recognizer, recognizer.stream() as stream:
        speak(stream)
        assert await next_final(stream) == "one"
        assert isinstance(recognizer, PluginSTT)
        inner = recognizer.inner.streams[0]  # type: ignore[attr-defined]
        inner.say([(FINALLY, "two")])
        await until(lambda: inner._event_ch.empty())
        await asyncio.sleep(0)
        speak(stream)
        assert await next_final(stream) == "two three"


async def test_the_end_of_the_input_is_the_end_of_the_last_segment() -> None:
    script = [[(FINALLY, "last words")]]
    async with tiny(script=script) as recognizer, recognizer.stream() as stream:
        push(stream, read_line(2).samples)
        stream.end_input()
        assert await finals_of(stream) == ["last words"]


async def test_a_stream_that_fails_says_why() -> None:
    async with tiny(early=[[("RAISE", "")]]) as recognizer, recognizer.stream() as stream:
        speak(stream)
        with pytest.raises(APIStatusError) as caught:
            await next_final(stream)
    assert caught.value.status_code == 402


async def test_a_stream_that_breaks_keeps_its_text_to_itself() -> None:
    options = {"early": [[("BREAK", "they said this")]]}
    async with tiny(**options) as recognizer, recognizer.stream() as stream:
        speak(stream)
        with pytest.raises(APIConnectionError) as caught:
            await next_final(stream)
    assert "they said" not in str(caught.value)


def test_a_plugins_capabilities_are_passed_on() -> None:
    recognizer = tiny()
    assert recognizer.capabilities == stt.STTCapabilities(streaming=True, interim_results=True)
    assert recognizer.provider == "unknown"
