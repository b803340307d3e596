"""What holds, where it comes from, and what is wrong in a file."""

from pathlib import Path

import pytest

from orchestra_core.configuration.configuration import (
    ConfigFile,
    Configuration,
    read_configuration,
    read_text,
)
from tests.support.git.repositories import small_repository

OWN = Path("/c/config.toml")


def problems(text: str, *, own: bool = True) -> list[str]:
    return [str(problem) for problem in read_text(OWN, text, own=own).problems]


def test_the_persons_file_wins_over_the_repositorys_and_both_over_the_default(
    tmp_path: Path,
) -> None:
    shop = small_repository(tmp_path / "shop")
    shop.write("orchestra.toml", "[limits]\nunread = 7\nmany_files = 8\n")
    own = tmp_path / "orchestra" / "config.toml"
    own.parent.mkdir()
    own.write_text("[limits]\nunread = 5\n")
    configuration = read_configuration({"XDG_CONFIG_HOME": str(tmp_path)}, shop.path)
    assert configuration.problems == ()
    assert [configuration.value(f"limits.{name}") for name in ("unread", "many_files")] == [5, 8]
    assert configuration.value("limits.linger") == 300
    sources = [configuration.source(f"limits.{name}") for name in ("unread", "many_files")]
    assert [source.path if source else None for source in sources] == [
        own,
        shop.path / "orchestra.toml",
    ]
    assert configuration.source("limits.linger") is None


def test_without_files_the_defaults_hold(tmp_path: Path) -> None:
    configuration = read_configuration({"XDG_CONFIG_HOME": str(tmp_path)}, None)
    assert configuration.value("notifications.when") == "away"
    assert configuration.keys == {}


def test_keys_are_taken_in_either_form_of_a_dotted_name() -> None:
    file = read_text(
        OWN, '[keys]\ninterrupt = "m"\npane.tasks = ["f1", "1"]\n"app.quit" = "Q"\n', own=True
    )
    assert file.problems == ()
    assert Configuration((file,)).keys == {
        "interrupt": "m",
        "pane.tasks": ("f1", "1"),
        "app.quit": "Q",
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "\n[limits]\nunraed = 3\n",
            "/c/config.toml:3: unknown key limits.unraed; did you mean limits.unread?",
        ),
        (
            "colour = 1\n",
            "/c/config.toml:1: unknown key colour; 'orchestra config --default' lists the keys",
        ),
        (
            '[limits]\n# so long\nunread = "soon"\n',
            f"{OWN}:3: limits.unread = 'soon' is not a whole number of seconds from 0 to 86400",
        ),
        (
            "notifications.bell = 1",
            "/c/config.toml:1: notifications.bell = 1 is not true or false",
        ),
        (
            "[keys]\ninterrupt = 3\n",
            '/c/config.toml:2: keys.interrupt is not a key such as "ctrl+x", or a list of keys',
        ),
        (
            "[limits\n",
            f"{OWN}:1: expected ']' at the end of a table declaration; the whole file is ignored",
        ),
        (
            "limits = 3\n",
            "/c/config.toml:1: limits is a section; write [limits] and its keys below",
        ),
    ],
)
def test_each_mistake_is_one_line_with_its_place(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_a_mistake_leaves_the_other_values_in_force() -> None:
    file = read_text(OWN, "[limits]\nunread = 3\nlinger = -1\n[theme]\n[nothing]\n", own=True)
    assert file.values == {"limits.unread": 3}
    assert [problem.line for problem in file.problems] == [3, 5]


def test_a_repository_cannot_set_what_runs_a_program_or_moves_a_key() -> None:
    text = (
        '[notifications]\ncommand = ["rm"]\n[editor]\ncommand = ["rm"]\n[history]\nkeep = 1\n'
        '[keys]\ninterrupt = "x"\n[limits]\nunread = 9\n'
    )
    file = read_text(OWN, text, own=False)
    assert file.values == {"limits.unread": 9}
    assert file.keys == {}
    assert [str(problem) for problem in file.problems] == [
        f"/c/config.toml:{line}: {name} is only taken from your own config.toml; it is ignored here"
        for line, name in (
            (2, "notifications.command"),
            (4, "editor.command"),
            (6, "history.keep"),
            (8, "keys.interrupt"),
        )
    ]


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path) -> None:
    own = tmp_path / "orchestra" / "config.toml"
    own.mkdir(parents=True)
    (problem,) = read_configuration({"XDG_CONFIG_HOME": str(tmp_path)}, None).problems
    assert str(problem) == f"{own}: it cannot be read (it is not a regular file) and is ignored"
    own.rmdir()
    own.write_bytes(b"a = 1\nb = '\xff'\n")
    (problem,) = read_configuration({"XDG_CONFIG_HOME": str(tmp_path)}, None).problems
    assert str(problem) == f"{own}:2: it is not UTF-8; the whole file is ignored"


def test_files_without_text_hold_nothing() -> None:
    assert Configuration((ConfigFile(OWN, own=True),)).value("theme.name") == ""
