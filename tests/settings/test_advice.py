from pathlib import Path

import pytest

from settings import AdviceSettings, SettingsError, load_settings
from settings.base import ENV_FILE_VARIABLE

pytestmark = pytest.mark.unit


def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> AdviceSettings:
    env_file = tmp_path / "env"
    env_file.write_text(text)
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(env_file))
    return load_settings(AdviceSettings)


def test_without_a_key_no_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert load(monkeypatch, tmp_path, "LLM_MODEL=small\n").models() == ()


def test_one_model_is_named_the_simple_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "OPENAI_API_KEY=sk-1\nLLM_MODEL=small\nLLM_REQUESTS_PER_MINUTE=30\n"
    (model,) = load(monkeypatch, tmp_path, text).models()
    assert (model.model, model.base_url, model.key) == ("small", None, "sk-1")
    assert model.requests_per_minute == 30
    (model,) = load(monkeypatch, tmp_path, text + "OPENAI_BASE_URL=http://a.example/v1/\n").models()
    assert model.base_url == "http://a.example/v1"


def test_several_models_stand_in_a_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = """OPENAI_API_KEY=sk-unused
LLM_MODELS='[
  {"model": "openai/gpt-oss-20b", "server": "groq", "api_key": "gsk-1", "requests_per_minute": 30},
  {"model": "llama3.2", "server": "ollama"},
  {"model": "mine", "server": "http://10.0.0.5:8000/v1/", "options": {"temperature": 0.2}}
]'
"""
    groq, ollama, mine = load(monkeypatch, tmp_path, text).models()
    assert groq.base_url == "https://api.groq.com/openai/v1"
    assert (groq.key, groq.requests_per_minute) == ("gsk-1", 30)
    assert ollama.base_url == "http://127.0.0.1:11434/v1"
    assert ollama.key == "none"
    assert mine.base_url == "http://10.0.0.5:8000/v1"
    assert mine.options == {"temperature": 0.2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('LLM_MODELS=[{"server": "groq"}]', "LLM_MODELS.0.MODEL"),
        ('LLM_MODELS=[{"model": "m", "server": "grok", "api_key": "sk-secret"}]', "LLM_MODELS.0"),
        ('LLM_MODELS=[{"model": "m", "key": "sk-secret"}]', "LLM_MODELS.0.KEY"),
        ("LLM_MODELS=sk-secret", "llm_models"),
        ("OPENAI_BASE_URL=localhost", "OPENAI_BASE_URL"),
    ],
)
def test_what_is_wrong_is_named_and_no_key_is_shown(
    text: str, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, tmp_path, text + "\n")
    assert told in str(caught.value)
    assert "sk-secret" not in str(caught.value)
