"""Any LiveKit plugin's STT by name, made to keep our contract: one final for every flush.

A plugin that takes whole segments is asked for each. One that streams decides by itself when it
sends finals, before a flush or after; `AdaptedStream` gathers them.
"""

import asyncio
import importlib
import inspect
import sys
from collections.abc import Mapping
from typing import Any, Final

from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    APIError,
    NotGivenOr,
    stt,
    utils,
)
from livekit.agents.version import __version__ as library_version

from agent.stt.adapted import AdaptedStream
from agent.stt.segments import NO_RETRY, KeptSegment, SegmentwiseStream
from settings import SettingsError

_SHORTEST_SECRET: Final = 6


class PluginSTT(stt.STT[Any]):
    """A plugin's STT behind our contract."""

    def __init__(self, inner: stt.STT[Any], *, timeout_seconds: float = 10.0) -> None:
        super().__init__(
            capabilities=stt.STTCapabilities(
                streaming=True, interim_results=inner.capabilities.interim_results
            )
        )
        self.inner = inner
        self._timeout_seconds = timeout_seconds
        inner.on("metrics_collected", self._pass_on_metrics)

    @property
    def model(self) -> str:
        return self.inner.model

    @property
    def provider(self) -> str:
        return self.inner.provider

    def prewarm(self) -> None:
        self.inner.prewarm()

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self.inner.recognize(
                    buffer, language=language, conn_options=conn_options
                )
        except APIError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises, and nothing of its text
            raise APIConnectionError(f"the plugin failed: {type(error).__name__}") from None

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        if self.inner.capabilities.streaming:
            return AdaptedStream(self, self.inner)
        return _SegmentwisePlugin(self)

    async def aclose(self) -> None:
        self.inner.off("metrics_collected", self._pass_on_metrics)
        await self.inner.aclose()

    def _pass_on_metrics(self, *arguments: Any) -> None:
        self.emit("metrics_collected", *arguments)


class _SegmentwisePlugin(SegmentwiseStream):
    """One participant's speech, recognized segment by segment."""

    def __init__(self, owner: PluginSTT) -> None:
        super().__init__(owner)
        self._owner = owner

    async def _recognize(self, segment: KeptSegment) -> stt.SpeechEvent:
        return await self._owner._recognize_impl(list(segment.frames()), conn_options=NO_RETRY)


def load_plugin(name: str, options: Mapping[str, Any]) -> stt.STT[Any]:
    """Return the STT of a plugin, `deepgram.STT`, made with these arguments.

    Raises:
        SettingsError: the package is missing (the text has the line to type), holds no such STT,
            or does not accept the arguments.
    """
    found = find_plugin_class(name)
    try:
        inspect.signature(found).bind(**options)
    except TypeError as error:
        raise SettingsError(f"STT_OPTIONS do not fit {name}: {error}") from None
    try:
        made: stt.STT[Any] = found(**options)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises on a wrong argument
        text = _without_values(str(error), options)
        raise SettingsError(
            f"plugin:{name} cannot be made ({type(error).__name__}: {text}); "
            "STT_OPTIONS holds its arguments, and its key is in the environment"
        ) from None
    return made


def find_plugin_class(name: str) -> type[stt.STT[Any]]:
    """Return the class that a name like `deepgram.STT` means.

    Raises:
        SettingsError: the package is missing, or holds no such STT.
    """
    package, _, class_name = name.partition(".")
    module_name = f"livekit.plugins.{package}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name not in {"livekit.plugins", module_name}:
            raise SettingsError(
                f"STT=plugin:{name}: the plugin needs the module {error.name!r}, which is missing"
            ) from None
        distribution = f"livekit-plugins-{package.replace('_', '-')}=={library_version}"
        raise SettingsError(
            f"STT=plugin:{name} needs a package that is not installed; type: "
            f"{sys.executable} -m pip install {distribution}"
        ) from None
    except Exception as error:  # noqa: BLE001 - a broken plugin must not look like a broken agent
        raise SettingsError(
            f"STT=plugin:{name}: {module_name} cannot be imported ({type(error).__name__})"
        ) from None
    found = getattr(module, class_name, None)
    if not (inspect.isclass(found) and issubclass(found, stt.STT)):
        offers = sorted(
            key
            for key, value in vars(module).items()
            if inspect.isclass(value) and issubclass(value, stt.STT)
        )
        raise SettingsError(
            f"STT=plugin:{name}: {module_name} has no STT called {class_name!r}; "
            f"it has {', '.join(offers) or 'none at all'}"
        )
    return found


def _without_values(text: str, options: Mapping[str, Any]) -> str:
    """Leave out what the options hold: it may be a key."""
    for value in options.values():
        if isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    return text
