"""Which options a repository's file alone sets."""

from pathlib import Path

import pytest

from orchestra_core.configuration.configuration import read_text
from orchestra_core.configuration.options import allowed, checked
from orchestra_core.configuration.repository_options import REPOSITORY_NAMES, repository_option

FILE = Path("/r/orchestra.toml")


@pytest.mark.parametrize("name", REPOSITORY_NAMES)
def test_each_repository_option_is_explained_and_says_what_it_takes(name: str) -> None:
    option = repository_option(name)
    assert option is not None
    assert option.help.endswith(".")
    assert allowed(option)


@pytest.mark.parametrize("value", ["pytest -q", ["pytest", "-q"]])
def test_a_command_is_a_line_or_a_list_of_words(value: object) -> None:
    option = repository_option("gate.command")
    assert option is not None
    assert checked(option, value) is not None


@pytest.mark.parametrize("value", ["", " ", "a\nb", "a\u202eb", "a\x1b[8mb", [], [""], ["a", 1], 3])
def test_nothing_in_a_command_can_be_invisible(value: object) -> None:
    option = repository_option("gate.command")
    assert option is not None
    assert checked(option, value) is None


def test_a_gate_may_have_a_name_of_its_own() -> None:
    option = repository_option("gate.lint.command")
    assert option is not None
    assert option.name == "gate.lint.command"
    assert repository_option("gate.Lint.command") is None
    assert repository_option("gate.a.b.command") is None
    assert repository_option("setup.lint.command") is None


def test_the_persons_file_cannot_set_a_repository_option() -> None:
    (problem,) = read_text(FILE, '[gate]\ncommand = "true"\n', own=True).problems
    assert str(problem) == (
        "/r/orchestra.toml:2: gate.command is only taken from a repository's orchestra.toml; "
        "it is ignored here"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[gate]\ncommand = 3\n", "2: gate.command = 3 is not a command such as"),
        ("[gate.lint]\n\ntimeout = -1\n", "3: gate.lint.timeout = -1 is not a whole number of sec"),
        ("[gate]\ncomand = 'a'\n", "2: unknown key gate.comand; did you mean gate.command?"),
        ("gate = 'a'\n", "1: gate is a section; write [gate] and its keys below"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(text: str, problem: str) -> None:
    (told,) = (str(problem) for problem in read_text(FILE, text, own=False).problems)
    assert told.startswith(f"/r/orchestra.toml:{problem}")
