"""Starts an interrupted restore again, unless somebody worked in the worktree meanwhile."""

from pathlib import Path

from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.only_saved_content import (
    has_only_saved_content,
    require_only_saved_submodules,
    tree_paths,
)
from orchestra_server.git.saves.save import find_admin_directory
from orchestra_server.git.saves.save_format import as_saved
from orchestra_server.git.snapshot.in_progress_operation import remove_operation_files
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.worktrees.submodules import filled_submodules, take_out


def reset_partial_restore(
    repo: Repository,
    ref: str,
    worktree: Path,
    admin: Path | None = None,
    main_copies: Path | None = None,
) -> None:
    """Reset a worktree to a clean HEAD if everything in it is in HEAD or saved under `ref`.

    The interrupted restore left such a worktree empty, or with its files but without its index. In
    any other case nothing changes, and the restore is refused. Submodules stay, except those that
    HEAD lacks. `main_copies` has the main checkout's copies of them.
    """
    state = read_state(worktree)
    admin = admin or find_admin_directory(repo, worktree)
    main_copies = main_copies or repo.common_dir / "modules"
    if admin is None:
        return
    require_only_saved_submodules(repo, ref, worktree, main_copies, (state.head, f"{ref}^1", ref))
    state = as_saved(repo, ref, worktree, state)
    if state.clean or not has_only_saved_content(repo, ref, state):
        return
    paths_in_head = tree_paths(repo, state.head)
    for submodule in filled_submodules(worktree, main_copies):
        if submodule.path_in_parent not in paths_in_head:
            take_out(submodule, admin)
    remove_operation_files(admin, state.operation)
    # First into the index: git removes the files that HEAD lacks only if they are tracked.
    git_output(worktree, "read-tree", "--reset", state.work_tree)
    git_output(worktree, "read-tree", "--reset", "-u", "HEAD")
