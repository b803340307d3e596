"""Scripts of other languages on a command line."""

import pytest

from orchestra_server.files.hook.bash.inline_scripts import (
    awk_commands,
    awk_writes,
    inline_scripts,
    is_interpreter,
    module_writes,
    script_writes,
    sed_files,
)
from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand
from tests.orchestra_server.files.hook.bash.test_bash_writes import AUTH, MAIN, a_scene


def a_command(*words: str, stdin: str = "") -> SimpleCommand:
    command = SimpleCommand(AUTH, {})
    command.words, command.stdin = [*words], stdin
    return command


def test_an_interpreter_is_known_with_its_version() -> None:
    assert is_interpreter("python3.12")
    assert not is_interpreter("pythonic")


@pytest.mark.parametrize(
    ("words", "scripts"),
    [
        (("python3", "-c", "x"), ["x"]),
        (("perl", "-ne", "x", "file"), ["x"]),
        (("python3", "-"), ["read"]),
        (("node",), ["read"]),
        (("python3", "run.py"), []),
    ],
)
def test_a_script_stands_behind_its_option_or_on_stdin(
    words: tuple[str, ...], scripts: list[str]
) -> None:
    assert inline_scripts(a_command(*words, stdin="read")) == scripts


def test_a_script_that_goes_elsewhere_first_writes_there() -> None:
    script = f"import os; os.chdir('{MAIN}'); open('a', 'w'); os.system('rm b')"
    writes, commands, cwd = script_writes(script, a_command("python3"), a_scene())
    assert [write.path for write in writes] == [f"{MAIN}/a"]
    assert (commands, cwd) == (["rm b"], MAIN)


def test_a_module_that_is_run_writes_as_its_program_does() -> None:
    writes = module_writes(a_command("python3", "-m", "venv", "/x/.venv"))
    assert [write.path for write in writes] == ["/x/.venv"]
    assert module_writes(a_command("node", "-m", "venv", "/x")) == []


def test_awk_and_sed_write_files_and_run_commands() -> None:
    program = """{ print > "/x/a"; system("rm b"); print | "tee c" }"""
    command = a_command("awk", program)
    assert [write.path for write in awk_writes(command)] == ["/x/a"]
    assert awk_commands(command) == ["rm b", "tee c"]
    assert sed_files(a_command("sed", "-n", "s/a/b/w /x/a", "file")) == ["/x/a"]
