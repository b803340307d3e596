"""Programs that run another one are looked through."""

import pytest

from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand
from orchestra_server.files.hook.bash.wrappers import line_arguments, unwrapped
from orchestra_server.files.hook.bash.write_scope import UNKNOWN


def a_command(line: str, listed: list[str] | None = None) -> SimpleCommand:
    command = SimpleCommand("/r", {})
    command.words, command.listed = line.split(), listed or []
    return command


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("env -u X A=1 rm a", ["rm", "a"]),
        ("timeout -k 1 5 nice rm a", ["rm", "a"]),
        ("uv run --frozen black a.py", ["black", "a.py"]),
        ("uv pip install -e .", ["pip", "install", "-e", "."]),
        ("npx prettier --write a", ["prettier", "--write", "a"]),
        ("taskset 1 rm a", ["rm", "a"]),
        ("xargs rm -f", ["rm", "-f", f"/r/{UNKNOWN}"]),
        ("xargs -I{} cp {} to/{}", ["cp", f"/r/{UNKNOWN}", f"to/{UNKNOWN}"]),
        ("rm a", ["rm", "a"]),
    ],
)
def test_the_command_within_is_found(line: str, words: list[str]) -> None:
    assert unwrapped(a_command(line)).words == words


def test_what_a_pipe_lists_is_what_xargs_appends() -> None:
    assert unwrapped(a_command("xargs rm", ["/x/a", "/x/b"])).words == ["rm", "/x/a", "/x/b"]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["su", "pat", "-c", "rm a"], ["rm a"]),
        (["script", "-qc", "rm a", "log"], ["rm a"]),
        (["watch", "-n1", "rm a"], ["rm a"]),
        (["watch", "git", "status"], []),
        (["grep", "-c", "rm a"], []),
    ],
)
def test_a_command_line_given_as_one_argument_is_found(words: list[str], lines: list[str]) -> None:
    command = a_command("")
    command.words = words
    assert line_arguments(command, unwrapped(command)) == lines
