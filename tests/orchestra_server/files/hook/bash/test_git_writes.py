import pytest

from orchestra_server.files.hook.bash.git_writes import git_writes, shell_alias
from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand
from orchestra_server.files.hook.bash.write_scope import WriteScope

ROOT = "/m/.claude/worktrees/auth"


def a_scene() -> WriteScope:
    scope = WriteScope(ROOT, "/m", "/m/.git", "/m/.git/worktrees/auth")
    scope.branch, scope.main_branch = "orchestra/t/auth", "trunk-7"
    scope.aliases = {"st": "stash", "nuke": "!rm -rf x", "a": "b", "b": "a"}
    return scope


def a_command(line: str) -> SimpleCommand:
    command = SimpleCommand(ROOT, {})
    command.words = line.split()
    return command


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("git commit -m x", []),
        ("git -C /m commit -m x", ["/m"]),
        ("git -C /m -C sub commit", ["/m/sub"]),
        ("git -C /m log", []),
        ("git -C /m branch", []),
        ("git -C /m branch x", ["/m"]),
        ("git -C /elsewhere commit", []),
        ("git --git-dir=/m/.git commit", ["/m/.git"]),
        ("git st", ["stash"]),
        ("git -c rebase.autoStash=true rebase main", ["stash"]),
        ("git -c merge.autostash pull", ["stash"]),
        ("git -c rebase.autoStash=false rebase main", []),
        ("git -c rebase.autoStash=true rebase --no-autostash main", []),
        ("git -C /elsewhere rebase --autostash main", []),
        ("git a", []),
        ("git stash list", []),
        ("git worktree add /tmp/x", ["worktrees"]),
        ("git update-ref refs/heads/orchestra/t/auth HEAD", []),
        ("git update-ref refs/heads/x HEAD", ["refs"]),
        ("git branch -D trunk-7", ["branches"]),
        ("git branch -D mine", []),
        ("git push . HEAD:trunk-7", ["branches"]),
        ("git push origin HEAD:main", []),
        ("git config user.name", []),
        ("git config user.name x", ["configuration"]),
        ("git diff --output /m/a", ["/m/a"]),
        ("git init /m/sub", ["/m/sub"]),
        ("git", []),
    ],
)
def test_what_a_git_command_changes(line: str, changes: list[str]) -> None:
    writes = git_writes(a_command(line), a_scene())
    assert [write.shared or write.path for write in writes] == changes


def test_a_subcommand_that_git_lacks_asks_for_aliases() -> None:
    scope = a_scene()
    git_writes(a_command("git commit"), scope)
    assert not scope.has_unknown_subcommand
    git_writes(a_command("git deploy"), scope)
    assert scope.has_unknown_subcommand


def test_an_alias_may_be_a_command_line_for_the_shell() -> None:
    assert shell_alias(a_command("git nuke y"), a_scene()) == "rm -rf x y"
    assert shell_alias(a_command("git a"), a_scene()) == ""
    assert shell_alias(a_command("git -c alias.x=!ls x"), a_scene()) == "ls"
