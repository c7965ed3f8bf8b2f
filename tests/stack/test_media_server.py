import stat
from pathlib import Path

import pytest
import yaml

from stack import media_server
from stack.media_server import MEDIA_PORTS, Webhook, find_binary, require_binary, write_settings
from stack.part import PartError

pytestmark = pytest.mark.unit


def test_only_the_ports_differ_from_the_file_of_the_repository(tmp_path: Path) -> None:
    path, port = write_settings(tmp_path)
    written = yaml.safe_load(path.read_text())
    kept = yaml.safe_load(media_server.SETTINGS_FILE.read_text())
    assert written["port"] == port
    rtc = written["rtc"]
    assert rtc["port_range_end"] - rtc["port_range_start"] + 1 == MEDIA_PORTS
    for settings in (written, kept):
        del settings["port"]
        del settings["rtc"]["port_range_start"]
        del settings["rtc"]["port_range_end"]
    assert written == kept


def test_events_go_to_the_token_server_signed_with_a_key_that_is_only_named(
    tmp_path: Path,
) -> None:
    path, _ = write_settings(tmp_path, webhook=Webhook("http://127.0.0.1:1/hook", "mykey"))
    settings = yaml.safe_load(path.read_text())
    assert settings["webhook"] == {"api_key": "mykey", "urls": ["http://127.0.0.1:1/hook"]}


def test_nothing_of_the_media_server_leaves_this_machine(tmp_path: Path) -> None:
    path, _ = write_settings(tmp_path)
    settings = yaml.safe_load(path.read_text())
    assert settings["bind_addresses"] == ["127.0.0.1"]
    assert settings["rtc"]["node_ip"] == "127.0.0.1"
    assert settings["rtc"]["interfaces"] == {"includes": ["lo"]}
    assert settings["rtc"]["tcp_port"] == 0
    assert settings["rtc"]["use_external_ip"] is False
    assert "keys" not in settings


def test_a_media_server_on_path_goes_before_the_one_that_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tmp_path / "livekit-server"
    binary.write_text("#!/bin/sh\n")
    binary.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary() == binary


def test_without_a_media_server_the_error_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PartError, match="make setup"):
        require_binary()
