import tempfile
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput
from orchestra_core.settings import (
    HISTORY_KEEP,
    PROJECT,
    REDIS_URL,
    STATE_DIR,
    STUCK_LIMIT,
    UNREAD_LIMIT,
    Settings,
    read_settings,
)
from tests.support.git.repositories import small_repository


def test_the_default_is_the_private_valkey_in_the_users_state_directory() -> None:
    settings = read_settings({})

    assert settings == Settings(
        redis_url="",
        state_dir=Path.home() / ".local" / "state" / "orchestra",
        runtime_dir=Path(tempfile.gettempdir()),
        project="",
    )


def test_the_xdg_directories_are_used() -> None:
    settings = read_settings({"XDG_STATE_HOME": "/state", "XDG_RUNTIME_DIR": "/run/user/1"})

    assert settings.state_dir == Path("/state/orchestra")
    assert settings.runtime_dir == Path("/run/user/1")


def test_relative_xdg_directories_are_ignored() -> None:
    odd = {"XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "run"}

    assert read_settings(odd) == read_settings({})


@pytest.mark.parametrize("home", ["", "relative", None])
def test_without_a_home_directory_the_error_says_what_to_set(
    home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    if home is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", home)

    with pytest.raises(BadInput, match="set HOME to an absolute path, or ORCHESTRA_STATE_DIR"):
        read_settings({})
    assert read_settings({STATE_DIR: "/rooms"}).state_dir == Path("/rooms")


def test_our_variables_override_the_defaults() -> None:
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


def test_the_redis_url_of_the_users_application_is_not_used() -> None:
    assert read_settings({"REDIS_URL": "redis://theirs"}).redis_url == ""


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REDIS_URL, "redis://db")

    assert read_settings().redis_url == "redis://db"


def test_the_limit_for_urgent_mail_is_read_from_the_environment() -> None:
    assert read_settings({}).unread_limit == 120
    assert read_settings({}).stuck_limit == 600
    assert read_settings({STUCK_LIMIT: "60"}).stuck_limit == 60
    assert read_settings({UNREAD_LIMIT: " 30 "}).unread_limit == 30
    assert read_settings({UNREAD_LIMIT: "0"}).unread_limit == 0


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "86401", "²"])
def test_an_invalid_limit_for_urgent_mail_is_a_one_line_error(text: str) -> None:
    with pytest.raises(BadInput, match=rf"{UNREAD_LIMIT} '{text}' is not a number of seconds"):
        read_settings({UNREAD_LIMIT: text})


def test_the_days_of_history_are_read_from_the_environment() -> None:
    assert read_settings({}).history_keep == 0
    assert read_settings({HISTORY_KEEP: "400"}).history_keep == 400
    with pytest.raises(BadInput, match=r"'a month' is not a number of days from 0 to 36500; 0 ke"):
        read_settings({HISTORY_KEEP: "a month"})


def test_the_environment_wins_over_the_configuration_and_that_over_the_default(
    tmp_path: Path,
) -> None:
    file = tmp_path / "orchestra" / "config.toml"
    file.parent.mkdir()
    file.write_text("[limits]\nunread = 5\nlinger = 6\nwrong = 1\n[history]\nkeep = 7\n")
    environ = {"XDG_CONFIG_HOME": str(tmp_path), UNREAD_LIMIT: "9"}
    settings = read_settings(environ)
    assert (settings.unread_limit, settings.linger, settings.history_keep) == (9, 6, 7)
    (problem,) = settings.problems
    assert (problem.file, problem.line, problem.own) == (file, 4, True)


def test_a_repository_sets_only_what_is_safe(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop")
    shop.write("orchestra.toml", "[limits]\nunread = 5\nlinger = 6\n")
    settings = read_settings({"XDG_CONFIG_HOME": str(tmp_path)}, shop.path)
    assert (settings.unread_limit, settings.linger) == (5, 300)
    assert [problem.own for problem in settings.problems] == [False]
