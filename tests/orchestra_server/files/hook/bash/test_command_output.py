import pytest

from orchestra_server.files.hook.bash.command_output import command_output
from orchestra_server.files.hook.bash.write_scope import UNKNOWN, WriteScope

SCENE = WriteScope("/m/.claude/worktrees/auth", "/m", "/m/.git", "/m/.git/worktrees/auth")


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("pwd", SCENE.root),
        ("dirname /a/b", "/a"),
        ("basename /a/b/", "b"),
        ("realpath ../api", "/m/.claude/worktrees/api"),
        ("echo -n a b", "a b"),
        ("cd x", ""),
        ("date", UNKNOWN),
        ("mktemp -d", f"/tmp/{UNKNOWN}"),
        ("git rev-parse --show-toplevel", SCENE.root),
        ("git rev-parse --path-format=absolute --git-common-dir", "/m/.git"),
        ("git rev-parse --git-dir", "/m/.git/worktrees/auth"),
        ("git -C /m rev-parse --show-toplevel", "/m"),
        ("git -C /m rev-parse --git-dir", "/m/.git"),
        ("git -C ../api rev-parse --git-dir", "/m/.git/worktrees/api"),
        ("git -C /elsewhere rev-parse --git-dir", UNKNOWN),
        ("git worktree list --porcelain", "/m"),
        ("git log", UNKNOWN),
    ],
)
def test_commands_that_print_places_are_known(command: str, output: str) -> None:
    assert command_output(command.split(), SCENE.root, SCENE, "") == output


def test_a_filter_passes_on_what_is_known_of_its_stdin() -> None:
    assert command_output(["head", "-1"], SCENE.root, SCENE, "/m") == "/m"
    assert command_output(["head", "-1"], SCENE.root, SCENE, "") == UNKNOWN
