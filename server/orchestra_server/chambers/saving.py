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
from orchestra_server.chambers.aside import (
    Aside,
    gather,
    read_aside,
    same_aside,
    text_in,
    write_tree,
)
from orchestra_server.chambers.identity import KEEPER
from orchestra_server.chambers.merged import is_merged
from orchestra_server.chambers.repository import Repository
from orchestra_server.chambers.shadow import State, read_staged, read_state
from orchestra_server.chambers.standing import require_worktree
from orchestra_server.chambers.submodules import keep_submodules

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
    keep_submodules(repo, worktree)
    state = read_state(worktree, ours=ours)
    admin = admin_directory(repo, worktree)
    if admin is None:
        raise Refused(f"{worktree} is no worktree of {repo.top}; run 'orchestra reconcile'")
    aside = gather(repo, state, admin, own_branch or state.branch, worktree)
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
    state = read_staged(repo.top, head, branch, admin)
    aside = gather(repo, state, admin, own_branch or branch, None)
    return _save(repo, state, aside, ref, message, merged_into=merged_into)


def admin_directory(repo: Repository, worktree: Path) -> Path | None:
    """Return git's own directory for a linked worktree, found by its path, None when unlisted."""
    for pointer in repo.common_dir.glob("worktrees/*/gitdir"):
        if Path(pointer.read_text(encoding="utf-8").removesuffix("\n")) == worktree / ".git":
            return pointer.parent
    return None


def is_saved(repo: Repository, state: State) -> bool:
    """Return whether some saved ref holds exactly this state."""
    listed = repo.git("for-each-ref", "--format=%(objectname) %(tree)", SAVED)
    candidates = (line.split() for line in listed.splitlines())
    return any(
        tree == state.work_tree and holds(repo, commit, state) for commit, tree in candidates
    )


def kept_commits(repo: Repository) -> set[str]:
    """Return the commits at which saved worktrees stood."""
    return set(repo.git("for-each-ref", "--format=%(parent)", SAVED).split())


def saved_before(repo: Repository, ref: str) -> SavedWork | None:
    """Return what an attempt that broke off has saved under the ref."""
    commit = repo.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").out.strip()
    if not commit:
        return None
    head = repo.git("rev-parse", f"{commit}^1").strip()
    tip = text_in(repo, read_aside(repo, commit), "branch")
    return SavedWork(ref, commit, head, "", tip or head)


def _save(
    repo: Repository, state: State, aside: Aside, ref: str, message: str, *, merged_into: str
) -> SavedWork | None:
    into = repo.resolve(merged_into) if merged_into else repo.head().commit
    if state.clean and all(is_merged(repo, one, into) for one in (state.head, *aside.commits)):
        return None
    present = saved_before(repo, ref)
    if present is None:
        commit = _commit(repo, state, aside, message)
        repo.git("update-ref", "-m", "orchestra: save", ref, commit, "0" * len(commit))
    elif holds(repo, present.commit, state):
        commit = present.commit
    else:
        raise Refused(f"{ref} holds other saved work already; save under another name")
    return SavedWork(ref, commit, state.head, state.branch, aside.tip or state.head)


def _commit(repo: Repository, state: State, aside: Aside, message: str) -> str:
    index = _commit_tree(repo, state.index_tree, (state.head,), "Index of saved work")
    parents = [state.head, index]
    if aside.entries or aside.commits:
        kept = (state.head, *aside.commits)
        tree = write_tree(repo, aside.entries)
        parents.append(_commit_tree(repo, tree, kept, "What else there was of saved work"))
    return _commit_tree(repo, state.work_tree, tuple(parents), message)


def _commit_tree(repo: Repository, tree: str, parents: tuple[str, ...], message: str) -> str:
    named = [part for parent in parents for part in ("-p", parent)]
    return repo.git(
        "commit-tree", tree, *named, "-F", "-", "--no-gpg-sign", feed=message, env=KEEPER
    ).strip()


def holds(repo: Repository, commit: str, state: State) -> bool:
    """Return whether saved work is exactly this state."""
    ran = repo.run("rev-parse", f"{commit}^{{tree}}", f"{commit}^1", f"{commit}^2^{{tree}}")
    same = ran.out.split() == [state.work_tree, state.head, state.index_tree]
    return same and same_aside(read_aside(repo, commit), state)
