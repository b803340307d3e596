"""Whether chambers differ from their base, and only by commits, according to their snapshots."""

from collections.abc import Mapping
from pathlib import Path

from orchestra_core.models import Work
from orchestra_server.git.repository.repository import Repository


def work_done(
    repo: Repository, env: Mapping[str, str], commits: Mapping[str, tuple[str, str]]
) -> dict[str, Work]:
    """Return, by name, how a chamber's snapshot differs from its base; `commits` has these two.

    With `env` git finds the snapshots. One process does all; {} if it fails.
    """
    if not commits:
        return {}
    asked = [commit for pair in commits.values() for commit in pair]
    stdin = "".join(f"{commit}^{{tree}}\n" for commit in asked)
    told = repo.run("cat-file", "--batch-check=%(objectname)", stdin=stdin, env=env)
    trees = told.out.splitlines()
    if told.status or len(trees) != len(asked):
        return {}
    work: dict[str, Work] = {}
    objects = Path(env["GIT_OBJECT_DIRECTORY"])
    for (name, (snapshot, _)), in_snapshot, in_base in zip(
        commits.items(), trees[::2], trees[1::2], strict=True
    ):
        if " " not in in_snapshot + in_base:  # "… missing"
            work[name] = _compare(in_snapshot, in_base, is_made=_is_in(objects, snapshot))
    return work


def _compare(snapshot_tree: str, base_tree: str, *, is_made: bool) -> Work:
    if snapshot_tree == base_tree:
        return "none"
    return "uncommitted" if is_made else "committed"


def _is_in(objects: Path, commit: str) -> bool:
    """Tell whether a commit was made for the snapshot; a clean worktree's is its HEAD."""
    return (objects / commit[:2] / commit[2:]).exists()
