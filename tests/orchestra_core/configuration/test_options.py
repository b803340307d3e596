"""What each kind of option takes."""

from typing import Any

import pytest

from orchestra_core.configuration.options import (
    BY_NAME,
    OPTIONS,
    ConfigOption,
    allowed,
    checked,
    words_of,
)
from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR, VARIABLES


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_each_default_is_allowed_and_each_option_is_explained(option: ConfigOption) -> None:
    default = list(option.default) if isinstance(option.default, tuple) else option.default
    assert checked(option, default) == option.default
    assert option.help.endswith(".")
    assert allowed(option)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notifications.bell", 1),
        ("limits.unread", True),
        ("limits.unread", -1),
        ("limits.unread", 86_401),
        ("limits.unread", 1.5),
        ("notifications.when", "soon"),
        ("theme.name", "a\nb"),
        ("editor.command", "vi"),
        ("editor.command", ["vi", 1]),
        ("editor.command", ["v\0i"]),
    ],
)
def test_a_value_that_an_option_does_not_allow_is_rejected(name: str, value: Any) -> None:
    assert checked(BY_NAME[name], value) is None


def test_words_are_a_list_of_texts() -> None:
    assert words_of(["code", "--wait"]) == ("code", "--wait")
    assert words_of("code") is None


def test_nothing_that_runs_a_program_or_deletes_is_taken_from_a_repository() -> None:
    assert {option.name for option in OPTIONS if option.in_repository} == {
        "limits.unread",
        "limits.large_file",
        "limits.many_files",
    }


def test_each_variable_of_an_option_is_one_that_the_settings_read() -> None:
    assert {option.variable for option in OPTIONS} - {""} == set(VARIABLES) - {
        REDIS_URL,
        STATE_DIR,
        PROJECT,
    }
