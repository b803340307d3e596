import tempfile
from pathlib import Path

import pytest

from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR, Settings, read_settings


def test_nothing_set_means_the_private_valkey_in_the_users_state_directory() -> None:
    settings = read_settings({})

    assert settings == Settings(
        redis_url="",
        state_dir=Path.home() / ".local" / "state" / "orchestra",
        runtime_dir=Path(tempfile.gettempdir()),
        project="",
    )


def test_the_directories_of_the_desktop_are_followed() -> None:
    settings = read_settings({"XDG_STATE_HOME": "/state", "XDG_RUNTIME_DIR": "/run/user/1"})

    assert settings.state_dir == Path("/state/orchestra")
    assert settings.runtime_dir == Path("/run/user/1")


def test_our_own_variables_win() -> None:
    settings = read_settings(
        {
            REDIS_URL: " redis://db \n",
            STATE_DIR: "~/rooms",
            PROJECT: " ours ",
            "XDG_STATE_HOME": "/state",
        }
    )

    assert (settings.redis_url, settings.project) == ("redis://db", "ours")
    assert settings.state_dir == Path.home() / "rooms"


def test_the_redis_of_the_users_application_is_left_alone() -> None:
    assert read_settings({"REDIS_URL": "redis://theirs"}).redis_url == ""


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REDIS_URL, "redis://db")

    assert read_settings().redis_url == "redis://db"
