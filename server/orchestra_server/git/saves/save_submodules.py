"""Saves open work in a chamber's submodules as it saves the chamber's, each in its own repository.

Each save goes into the main checkout's copy of the submodule, which outlives the chamber, under the
ref of the chamber's save. That save lists the submodules, each as "commit path".
"""

from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import git_directory
from orchestra_server.git.saves.save_format import (
    find_commit,
    holds_state,
    is_state_saved,
    write_save,
)
from orchestra_server.git.saves.save_index_and_operation import gather_extras
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES, IgnoredFiles
from orchestra_server.git.snapshot.index_copy import WorktreeState, read_state
from orchestra_server.git.worktrees.submodules import FilledSubmodule, filled_submodules

_MESSAGE = "A submodule of saved work"


def save_submodules(
    repo: Repository, worktree: Path, ref: str, ignored: IgnoredFiles = NO_IGNORED_FILES
) -> str:
    """Save each submodule with more than the commit its superproject names; return their list.

    Raises Refused where the main checkout has no copy of the submodule to keep it in, and for work
    that cannot be kept.
    """
    return _save(worktree, repo.common_dir / "modules", ref, ignored)


def require_submodules_saved(
    repo: Repository, worktree: Path, ignored: IgnoredFiles = NO_IGNORED_FILES
) -> None:
    """Raise Refused when a submodule has open work that is not saved exactly as it is now."""
    unsaved = _unsaved_submodule(repo, worktree, ignored)
    if unsaved is not None:
        raise Refused(f"submodule {unsaved.path} has open work that is not saved; save it first")


def are_submodules_saved(repo: Repository, worktree: Path, ignored: IgnoredFiles) -> bool:
    """Tell whether all open work in submodules is saved exactly as it is now."""
    return _unsaved_submodule(repo, worktree, ignored) is None


def own_repository(submodule: Path) -> Repository:
    """Return a submodule as the repository that it is."""
    return Repository(submodule, git_directory(submodule).resolve())


def _save(worktree: Path, main_copies: Path, ref: str, ignored: IgnoredFiles) -> str:
    lines: list[str] = []
    for submodule in filled_submodules(worktree, main_copies):
        nested = _save(submodule.path, submodule.main_copy / "modules", ref, ignored)
        state = read_state(submodule.path, ignored=ignored)
        # One that was added in the chamber is on a branch; its commits are pushed, or not savable.
        is_new = not submodule.main_copy.is_dir()
        is_at_commit = is_new or (state.head == submodule.commit and not state.branch)
        as_named = state.clean and is_at_commit
        if nested or not as_named:
            lines.append(f"{_save_one(submodule, state, ref, nested)} {submodule.path_in_parent}\0")
    return "".join(lines)


def _save_one(submodule: FilledSubmodule, state: WorktreeState, ref: str, nested: str) -> str:
    if not submodule.main_copy.is_dir():
        raise Refused(
            f"submodule {submodule.path} has open work, and the main checkout has no copy of it to "
            f"keep that in; commit and push it, or run there: git submodule update --init"
        )
    main_repository = _main_copy_repository(submodule)
    present = find_commit(main_repository, ref)
    if present and holds_state(main_repository, present, state):
        return present
    repo = own_repository(submodule.path)
    extras = gather_extras(repo, state, repo.common_dir, "", submodule.path, submodules=nested)
    commit = write_save(repo, ref, state, extras, _MESSAGE)
    git_output(
        submodule.main_copy, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
        str(submodule.path), f"{ref}:{ref}",
    )  # fmt: skip
    return commit


def _unsaved_submodule(
    repo: Repository, worktree: Path, ignored: IgnoredFiles
) -> FilledSubmodule | None:
    for submodule in _filled_recursively(worktree, repo.common_dir / "modules"):
        state = read_state(submodule.path, ignored=ignored)
        if not state.clean and not (
            submodule.main_copy.is_dir() and is_state_saved(_main_copy_repository(submodule), state)
        ):
            return submodule
    return None


def _filled_recursively(worktree: Path, main_copies: Path) -> list[FilledSubmodule]:
    submodules: list[FilledSubmodule] = []
    for submodule in filled_submodules(worktree, main_copies):
        submodules += [
            submodule,
            *_filled_recursively(submodule.path, submodule.main_copy / "modules"),
        ]
    return submodules


def _main_copy_repository(submodule: FilledSubmodule) -> Repository:
    return Repository(submodule.main_copy, submodule.main_copy)
