"""Which command lines are denied to a worker in chamber auth, and which are not."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.files.hook.bash.bash_writes import bash_writes
from orchestra_server.files.hook.bash.write_scope import WriteScope, is_forbidden

MAIN = "/orc/repo"
AUTH = f"{MAIN}/.claude/worktrees/auth"
API = f"{MAIN}/.claude/worktrees/api"
TABLE = "\n".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("bash_commands.txt", "more_bash_commands.txt")
)


def a_scene() -> WriteScope:
    scope = WriteScope(AUTH, MAIN, f"{MAIN}/.git", f"{MAIN}/.git/worktrees/auth")
    scope.home, scope.project_dir = "/home/pat", MAIN
    scope.branch, scope.main_branch = "orchestra/t/auth", "main"
    scope.aliases = {"st": "stash", "nuke": "!rm -rf ../api", "ring": "ring"}
    return scope


def commands(section: str) -> list[tuple[str, str]]:
    """Return the commands of one section of the table, each with where its session stands."""
    places = {"in auth": AUTH, "in main": MAIN}
    chosen, kind, cwd = list[tuple[str, str]](), "", ""
    for entry in TABLE.split("\n"):
        if entry.startswith("== "):
            kind, _, where = entry.removeprefix("== ").partition(", ")
            cwd = places[where]
        elif entry and not entry.startswith("#") and kind == section:
            command = entry.replace("⏎", "\n")
            for name, value in (("{M}", MAIN), ("{A}", AUTH), ("{B}", API)):
                command = command.replace(name, value)
            chosen.append((command, cwd))
    return chosen


def is_denied(command: str, cwd: str) -> bool:
    scope = a_scene()
    return any(is_forbidden(write, scope) for write in bash_writes(command, cwd, scope))


@pytest.mark.parametrize(("command", "cwd"), commands("denied"))
def test_a_command_that_plainly_writes_outside_the_chamber_is_denied(
    command: str, cwd: str
) -> None:
    assert is_denied(command, cwd)


@pytest.mark.parametrize(("command", "cwd"), commands("allowed"))
def test_a_command_that_writes_nothing_elsewhere_is_allowed(command: str, cwd: str) -> None:
    assert not is_denied(command, cwd)


PATHS = st.sampled_from([f"{MAIN}/a b", f"{API}/x", "../../../x", f"{MAIN}/.git/config"])
OWN = st.sampled_from(["a b", "src/x", f"{AUTH}/y", "/tmp/z", "../auth/q"])
FORMS = st.sampled_from(
    ["echo x > {}", "touch {}", "echo x | tee -a {}", "cp a {}", "rm -rf {}", "sed -i s/a/b/ {}"]
)
WRAPPERS = st.sampled_from(["{}", "sudo {}", "A=1 {}", "! {}", "time -p {}"])
NESTS = st.sampled_from(
    [
        "{}",
        "true && {}",
        "({})",
        "if a; then {}; fi",
        "a | b; {}",
        "{} &",
        'echo "$( {} )"',
        "{}\nls",
    ]
)
COMMANDS = (FORMS, WRAPPERS, st.lists(NESTS, max_size=3), st.sampled_from(["", "bash -lc", "eval"]))


@given(PATHS, *COMMANDS)
def test_no_nesting_hides_a_write_elsewhere(
    path: str, form: str, wrapper: str, nests: list[str], shell: str
) -> None:
    assert is_denied(nested(form, path, [wrapper, *nests], shell), AUTH)


@given(OWN, *COMMANDS)
def test_no_nesting_makes_an_own_write_one_elsewhere(
    path: str, form: str, wrapper: str, nests: list[str], shell: str
) -> None:
    assert not is_denied(nested(form, path, [wrapper, *nests], shell), AUTH)


def nested(form: str, path: str, nests: list[str], shell: str) -> str:
    command = form.format(shlex.quote(path))
    for nest in nests:
        command = nest.replace("{}", command)
    return f"{shell} {shlex.quote(command)}" if shell else command


@given(st.sampled_from([command for command, _ in commands("denied")]))
def test_a_command_that_is_only_text_is_allowed(command: str) -> None:
    assert not is_denied(f"git commit -m {shlex.quote(command)}", AUTH)
    assert not is_denied(f"echo {shlex.quote(command)} >> notes", AUTH)
    assert not is_denied(f"cat > notes <<'END_OF_NOTES'\n{command}\nEND_OF_NOTES", AUTH)


@given(st.text(alphabet="ab ./$`'\"\\(){}<>|&;#\n-E~", max_size=60))
def test_any_text_is_judged(command: str) -> None:
    assert is_denied(command, AUTH) in (True, False)
