"""Tells whether a half-restored worktree holds only saved content, and may be restored again.

Work that somebody wrote or committed there meanwhile, also in a submodule, is in no save.
"""

from collections.abc import Sequence
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save_format import holds_state
from orchestra_server.git.saves.save_index_and_operation import (
    SUBMODULES,
    compared_entries,
    read_entry,
    read_extras,
)
from orchestra_server.git.saves.save_submodules import own_repository
from orchestra_server.git.snapshot.index_copy import WorktreeState, read_state, split_nul
from orchestra_server.git.worktrees.submodules import FilledSubmodule, filled_submodules

_SUBMODULE = "160000 "  # begins a submodule's entry


def has_only_saved_content(
    repo: Repository, ref: str, state: WorktreeState, commits: Sequence[str] = ()
) -> bool:
    """Tell whether everything in a worktree is in its HEAD, in `commits`, or saved under `ref`.

    `ref` is "" for a worktree of which nothing is saved.
    """
    committed = (state.head, *commits, *((f"{ref}^1", ref) if ref else ()))
    in_files = set[str]().union(*(tree_entries(repo, commit) for commit in committed))
    in_index = in_files.union(tree_entries(repo, f"{ref}^2") if ref else ())
    extras = read_extras(repo, ref) if ref else {}
    return (
        not state.stages
        and {*compared_entries(state)} <= {f"{entry}\t{path}" for path, entry in extras.items()}
        and tree_entries(repo, state.work_tree) <= in_files
        and tree_entries(repo, state.index_tree) <= in_index
    )


def differs_in_submodules_alone(repo: Repository, ref: str, state: WorktreeState) -> bool:
    """Tell whether a worktree is clean except for submodules at the commits that `ref` names."""
    if state.operation or not has_only_saved_content(repo, ref, state):
        return False
    head = tree_entries(repo, state.head)
    trees = (tree_entries(repo, state.index_tree), tree_entries(repo, state.work_tree))
    return all(entry.startswith(_SUBMODULE) for tree in trees for entry in tree ^ head)


def require_only_saved_submodules(
    repo: Repository, ref: str, worktree: Path, main_copies: Path, commits: Sequence[str]
) -> None:
    """Raise Refused when a submodule holds work that is neither committed nor saved.

    `commits` are those that the restored worktree may have been at.
    """
    listed = saved_submodules(repo, ref)
    for submodule in filled_submodules(worktree, main_copies):
        own_ref = ref if submodule.path_in_parent in listed else ""
        if own_ref:
            fetch_save(submodule, ref)
        own = own_repository(submodule.path)
        state = read_state(submodule.path)
        own_commits = [
            entry.split()[2]
            for commit in commits
            for entry in tree_entries(repo, commit)
            if entry.startswith(_SUBMODULE) and entry.endswith(f"\t{submodule.path_in_parent}")
        ]
        if not (
            state.clean
            or (own_ref and holds_state(own, own_ref, state))
            or has_only_saved_content(own, own_ref, state, own_commits)
        ):
            raise Refused(
                f"{submodule.path} has uncommitted work; "
                f"commit it before restoring {ref or 'the chamber'} there"
            )
        saved_commits = [f"{own_ref}^1", own_ref] if own_ref else []
        require_only_saved_submodules(
            own, own_ref, submodule.path, submodule.main_copy / "modules",
            [state.head, *own_commits, *saved_commits],
        )  # fmt: skip


def saved_submodules(repo: Repository, ref: str) -> dict[str, str]:
    """Return the commit that was saved of each submodule, by its path."""
    listed = read_entry(repo, read_extras(repo, ref), SUBMODULES) if ref else ""
    return {path: commit for commit, path in (line.split(" ", 1) for line in split_nul(listed))}


def fetch_save(submodule: FilledSubmodule, ref: str) -> None:
    """Fetch what is saved of a submodule into its own repository."""
    git_output(
        submodule.path, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
        str(submodule.main_copy), f"{ref}:{ref}",
    )  # fmt: skip


def tree_entries(repo: Repository, tree: str) -> set[str]:
    """Return a tree's files, each with mode, content and path; none if there is no such tree."""
    return set(split_nul(repo.run("ls-tree", "-r", "-z", tree).out))


def tree_paths(repo: Repository, tree: str) -> set[str]:
    """Return the paths of a tree's files."""
    return {entry.split("\t", 1)[1] for entry in tree_entries(repo, tree)}
