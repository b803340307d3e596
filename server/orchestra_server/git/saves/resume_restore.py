"""Starts an interrupted restore again, unless somebody worked in the worktree meanwhile."""

from pathlib import Path

from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save import find_admin_directory
from orchestra_server.git.saves.save_extras import compared_entries, read_extras
from orchestra_server.git.snapshot.in_progress_operation import remove_operation_files
from orchestra_server.git.snapshot.index_copy import read_state, split_nul


def reset_partial_restore(
    repo: Repository, ref: str, worktree: Path, admin: Path | None = None
) -> None:
    """Reset a worktree to a clean HEAD if everything in it is in HEAD or saved under `ref`.

    Such a worktree was left empty, or between its files and its index. In any other case nothing
    changes, and the restore is refused.
    """
    state = read_state(worktree)
    admin = admin or find_admin_directory(repo, worktree)
    saved_entries = _entries(repo, state.head) | _entries(repo, f"{ref}^1") | _entries(repo, ref)
    staged = saved_entries | _entries(repo, f"{ref}^2")
    if (
        admin is None
        or state.clean
        or state.stages
        or not {*compared_entries(state)} <= {*_kept(repo, ref)}
        or not _entries(repo, state.work_tree) <= saved_entries
        or not _entries(repo, state.index_tree) <= staged
    ):
        return
    remove_operation_files(admin, state.operation)
    # First into the index, so that what HEAD has not is tracked and goes.
    git_output(worktree, "read-tree", "--reset", state.work_tree)
    git_output(worktree, "read-tree", "--reset", "-u", "HEAD")


def _kept(repo: Repository, ref: str) -> list[str]:
    return [f"{entry}\t{path}" for path, entry in read_extras(repo, ref).items()]


def _entries(repo: Repository, tree: str) -> set[str]:
    """Return the files of a tree, each with its mode, content and path."""
    return set(split_nul(repo.git("ls-tree", "-r", "-z", tree)))
