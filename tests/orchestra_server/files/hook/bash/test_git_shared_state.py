"""What a git command changes for all worktrees."""

import pytest

from orchestra_server.files.hook.bash.git_shared_state import is_config_read, shared_change
from tests.orchestra_server.files.hook.bash.test_bash_writes import AUTH, a_scene


@pytest.mark.parametrize(
    ("line", "shared"),
    [
        ("stash push", ["stash"]),
        ("stash list", []),
        ("worktree add ../x", ["worktrees"]),
        ("tag -d v1", ["refs"]),
        ("tag v2", None),
        ("gc --prune=now", ["objects"]),
        ("gc", None),
        ("prune -n", None),
        ("reflog expire --all", ["objects"]),
        ("reflog show", None),
        ("notes prune", ["refs"]),
        ("replace HEAD HEAD~1", ["refs"]),
        ("replace -l", None),
        ("checkout -B main", ["branches"]),
        ("checkout -B try", None),
        ("rebase main", None),
        ("rebase main --autostash", ["stash"]),
        ("pull --rebase --au", ["stash"]),
        ("merge --autostash --no-autostash main", None),
        ("rebase --autosquash main", None),
        ("rebase --onto main main orchestra/t/api", ["branches"]),
        ("symbolic-ref HEAD refs/heads/main", ["refs"]),
        ("symbolic-ref HEAD refs/heads/try", None),
        ("fetch . +refs/heads/*:refs/heads/*", ["branches"]),
        ("fetch origin +refs/heads/*:refs/remotes/origin/*", None),
        ("remote add other url", None),
        ("remote remove origin", ["configuration"]),
    ],
)
def test_only_what_others_have_is_theirs(line: str, shared: list[str] | None) -> None:
    subcommand, *words = line.split()
    changes = shared_change(subcommand, words, AUTH, a_scene())
    assert (None if changes is None else [change.shared for change in changes]) == shared


def test_showing_the_configuration_changes_nothing() -> None:
    assert is_config_read(["user.name"])
    assert not is_config_read(["user.name", "x"])
