import pytest

from agent.recognizer_notice import RecognizerNotice

pytestmark = pytest.mark.unit


def test_a_notice_ends_with_the_reason_with_which_it_began() -> None:
    notice = RecognizerNotice("ElevenLabs")
    begun = notice.change("ElevenLabs", "provider_down", None, 1)
    assert (begun.reason, begun.over) == ("provider_down", False)
    assert notice.label == "nobody at the moment: ElevenLabs does not answer"
    ended = notice.change("ElevenLabs", "back", "ElevenLabs", 2)
    assert (ended.id, ended.reason, ended.over) == (begun.id, "provider_down", True)
    assert notice.label == "ElevenLabs"


def test_each_recognizer_has_a_notice_of_its_own() -> None:
    notice = RecognizerNotice("ElevenLabs")
    first = notice.change("ElevenLabs", "quota", "pocketsphinx", 1)
    second = notice.change("pocketsphinx", "provider_down", None, 2)
    assert (first.reason, second.reason) == ("recognizer_changed", "provider_down")
    assert first.text == "ElevenLabs has no quota left; pocketsphinx listens now"
    assert second.text == "pocketsphinx does not answer; nobody listens now"
    assert notice.change("ElevenLabs", "back", "ElevenLabs", 3).reason == "recognizer_changed"
    assert notice.change("pocketsphinx", "back", "ElevenLabs", 4).reason == "provider_down"
