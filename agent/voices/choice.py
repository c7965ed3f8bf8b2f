"""From the settings to the voices that speak, best first."""

from agent.settings import AgentSettings
from agent.voices.elevenlabs import BASE_URL, ElevenLabsVoice
from agent.voices.flite import FliteVoice
from agent.voices.synthesizer import Synthesizer


def choose_voices(settings: AgentSettings) -> tuple[list[Synthesizer], str]:
    """Return the voices that the settings name, best first, and why there is none."""
    voices: list[Synthesizer] = []
    if settings.voice == "off":
        return voices, "VOICE=off"
    key = settings.elevenlabs_api_key
    if settings.voice in {"auto", "elevenlabs"} and key:
        voices.append(
            ElevenLabsVoice(
                api_key=key.get_secret_value(),
                base_url=settings.elevenlabs_base_url or BASE_URL,
                voice_id=settings.voice_elevenlabs_id,
                model=settings.voice_elevenlabs_model,
            )
        )
    if settings.voice in {"auto", "flite"} and FliteVoice.is_installed():
        voices.append(FliteVoice(settings.voice_flite))
    reasons = {
        "auto": "there is no ELEVENLABS_API_KEY, and flite is not installed",
        "elevenlabs": "there is no ELEVENLABS_API_KEY",
        "flite": "flite is not installed",
    }
    return voices, "" if voices else reasons[settings.voice]
