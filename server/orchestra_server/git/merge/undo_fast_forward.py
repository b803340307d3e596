"""Undoes a fast-forward that failed half way: full disk, failing filter, a git setting."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.process.run import ceiling_env, run_git


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file in which the new commit differs from the old one."""

    path: str
    kind: str  # A added, D deleted, M or T changed
    object_id: str  # in the new commit


def put_back(worktree: Path, changes: Sequence[ChangedFile], old: str, new: str) -> list[str]:
    """Restore the index and changed files to `old`; return the files that could not be restored.

    Only what the fast-forward itself wrote or removed is touched. A file that is not missing and is
    neither the new one nor its beginning has been changed by the user since, and stays.
    """
    ours = ceiling_env(worktree)
    run_git(worktree, "read-tree", "-i", "-m", new, old, env=ours)
    back: list[str] = []
    for change in changes:
        path = worktree / change.path
        missing = not os.path.lexists(path)
        if missing or (path.is_file() and _is_written_by_us(worktree, change)):
            if change.kind == "A":
                path.unlink(missing_ok=True)
            else:
                back.append(change.path)
    run_git(
        worktree, "checkout-index", "--force", "--index", "-z", "--stdin",
        stdin="".join(f"{path}\0" for path in back), env=ours,
    )  # fmt: skip
    return [path for path in back if not os.path.lexists(worktree / path)]


def _is_written_by_us(worktree: Path, change: ChangedFile) -> bool:
    """Tell whether a file is the new one, or as much of it as the disk had room for."""
    if change.kind == "D":
        return False
    ours = ceiling_env(worktree)
    result = run_git(worktree, "hash-object", "--", change.path, env=ours)
    if result.out.strip() == change.object_id:
        return True
    written = (worktree / change.path).read_bytes()
    named = f"--path={change.path}"
    for wanted in (("cat-file", "blob"), ("cat-file", "--filters", named)):
        whole = run_git(worktree, *wanted, change.object_id, env=ours)
        if whole.status == 0 and os.fsencode(whole.out).startswith(written):
            return True
    return False
