"""Nothing a worker made is destroyed: work kept as a commit under a ref.

The saved commit's tree is the working tree with its untracked files; its first parent is where
HEAD stood, its second holds the index, and a third, where there is one, what those cannot hold
(`aside.py`). Ignored files are kept where the repository's `orchestra.saveIgnored` is true; empty
directories are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.names import SAVED
from orchestra_server.git.repository.is_merged import is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import require_worktree
from orchestra_server.git.saves.save_extras import SUBMODULES, Aside, gather, read_aside, text_in
from orchestra_server.git.saves.save_format import commit_at, keep_under
from orchestra_server.git.saves.save_submodules import save_submodules
from orchestra_server.git.snapshot.index_copy import State, read_staged, read_state
from orchestra_server.git.worktrees.submodules import keep_commits, keep_commits_of_gone

_SETTING = "orchestra.saveIgnored"
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class SavedWork:
    """Work under a ref: `head` is the commit the worktree stood at, `branch` its branch.

    `tip` is the commit of the chamber's own branch, which is `head` unless HEAD was elsewhere.
    """

    ref: str
    commit: str
    head: str
    branch: str
    tip: str


def saves_ignored(repo: Repository) -> bool:
    """Tell whether ignored files count as work here, by `git config orchestra.saveIgnored`."""
    return repo.run("config", "--type=bool", "--get", _SETTING).out.strip() == "true"


def save_work(
    repo: Repository,
    worktree: Path,
    ref: str,
    message: str,
    merged_into: str = "",
    *,
    own_branch: str = "",
    ours: Sequence[str] | None = None,
) -> SavedWork | None:
    """Keep all a worktree holds under `ref`; None when it is clean and merged already.

    `merged_into` is the revision the work should have reached, by default the repository's HEAD;
    `own_branch` is the chamber's, by default the one it is on.
    `ours` are patterns of ignored files that are no work; None: none of them is. Saving the same
    state under the same ref again is the same save. Raises Refused when the ref
    holds other work, or when something in the worktree cannot be kept.
    """
    require_worktree(worktree)
    keep_commits(repo, worktree)
    modules = save_submodules(repo, worktree, ref, ours)
    state = read_state(worktree, ours=ours)
    admin = admin_directory(repo, worktree)
    if admin is None:
        raise Refused(f"{worktree} is no worktree of {repo.top}; run 'orchestra reconcile'")
    aside = gather(repo, state, admin, own_branch or state.branch, worktree, submodules=modules)
    return _save(repo, state, aside, ref, message, merged_into=merged_into)


def save_staged(
    repo: Repository,
    worktree: Path,
    ref: str,
    message: str,
    merged_into: str = "",
    *,
    own_branch: str = "",
) -> SavedWork | None:
    """Keep commits and index of a worktree whose directory is gone; else as `save_work`."""
    admin = admin_directory(repo, worktree)
    if admin is None:
        return None
    name = f"worktrees/{admin.name}/HEAD"
    head = repo.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").out.strip()
    if not head:
        return None
    named = repo.run("rev-parse", "--symbolic-full-name", name).out.strip()
    branch = named.removeprefix(_HEADS) if named.startswith(_HEADS) else ""
    keep_commits_of_gone(repo, admin)
    state = read_staged(repo.top, head, branch, admin)
    aside = gather(repo, state, admin, own_branch or branch, None)
    return _save(repo, state, aside, ref, message, merged_into=merged_into)


def admin_directory(repo: Repository, worktree: Path) -> Path | None:
    """Return git's own directory for a linked worktree, found by its path, None when unlisted."""
    for pointer in repo.common_dir.glob("worktrees/*/gitdir"):
        if Path(pointer.read_text(encoding="utf-8").removesuffix("\n")) == worktree / ".git":
            return pointer.parent
    return None


def kept_commits(repo: Repository) -> set[str]:
    """Return the commits at which saved worktrees stood."""
    return set(repo.git("for-each-ref", "--format=%(parent)", SAVED).split())


def saved_before(repo: Repository, ref: str) -> SavedWork | None:
    """Return what an attempt that broke off has saved under the ref."""
    commit = commit_at(repo, ref)
    if not commit:
        return None
    head = repo.git("rev-parse", f"{commit}^1").strip()
    tip = text_in(repo, read_aside(repo, commit), "branch")
    return SavedWork(ref, commit, head, "", tip or head)


def _save(
    repo: Repository, state: State, aside: Aside, ref: str, message: str, *, merged_into: str
) -> SavedWork | None:
    into = repo.resolve(merged_into) if merged_into else repo.head().commit
    clean = state.clean and SUBMODULES not in aside.names
    if clean and all(is_merged(repo, one, into) for one in (state.head, *aside.commits)):
        return None
    commit = keep_under(repo, ref, state, aside, message)
    return SavedWork(ref, commit, state.head, state.branch, aside.tip or state.head)
