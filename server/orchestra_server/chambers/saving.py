"""Nothing a worker made is destroyed: work kept as a commit under a ref, and brought back exactly.

The saved commit's tree is the working tree with its untracked files; its first parent is where
HEAD stood, its second holds the index, and a third, if there is one, the index's unmerged entries
as `<stage>/<path>`. Ignored files are kept where the repository's `orchestra.saveIgnored` is true;
empty directories are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused, Unknown
from orchestra_server.chambers.identity import KEEPER
from orchestra_server.chambers.merged import is_merged
from orchestra_server.chambers.repository import Repository
from orchestra_server.chambers.running import git_in, only_here, run_git
from orchestra_server.chambers.shadow import (
    State,
    read_staged,
    read_state,
    require_worktree,
    scratch_index,
    split,
)
from orchestra_server.chambers.submodules import keep_submodules

SAVED = "refs/orchestra/saved"
_SETTING = "orchestra.saveIgnored"


@dataclass(frozen=True, slots=True)
class SavedWork:
    """Work under a ref: `head` is the commit the worktree stood at, `branch` its branch."""

    ref: str
    commit: str
    head: str
    branch: str


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
    ours: Sequence[str] | None = None,
) -> SavedWork | None:
    """Keep all a worktree holds under `ref`; None when it is clean and merged already.

    `merged_into` is the revision the work should have reached, by default the repository's HEAD.
    `ours` are patterns of ignored files that are no work; None: none of them is. Saving the same
    state under the same ref again is the same save. Raises Refused when the ref
    holds other work, or when something in the worktree cannot be kept.
    """
    require_worktree(worktree)
    keep_submodules(repo, worktree)
    state = read_state(worktree, ours=ours)
    return _save(repo, state, ref, message, branch=state.branch, merged_into=merged_into)


def save_staged(
    repo: Repository, worktree: Path, ref: str, message: str, merged_into: str = ""
) -> SavedWork | None:
    """Keep commits and index of a worktree whose directory is gone; else as `save_work`."""
    admin = admin_directory(repo, worktree)
    if admin is None:
        return None
    name = f"worktrees/{admin.name}/HEAD"
    head = repo.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").out.strip()
    if not head:
        return None
    branch = repo.run("rev-parse", "--symbolic-full-name", name).out.strip()
    state = read_staged(repo.top, head, admin / "index")
    short = branch.removeprefix("refs/heads/") if branch.startswith("refs/heads/") else ""
    return _save(repo, state, ref, message, branch=short, merged_into=merged_into)


def admin_directory(repo: Repository, worktree: Path) -> Path | None:
    """Return git's own directory for a linked worktree, found by its path, None when unlisted."""
    for pointer in repo.common_dir.glob("worktrees/*/gitdir"):
        if Path(pointer.read_text(encoding="utf-8").removesuffix("\n")) == worktree / ".git":
            return pointer.parent
    return None


def _save(
    repo: Repository, state: State, ref: str, message: str, *, branch: str, merged_into: str
) -> SavedWork | None:
    into = repo.resolve(merged_into) if merged_into else repo.head().commit
    if state.clean and is_merged(repo, state.head, into):
        return None
    present = _commit_at(repo, ref)
    if present:
        if not _holds(repo, present, state):
            raise Refused(f"{ref} holds other saved work already; save under another name")
        return SavedWork(ref, present, state.head, branch)
    commit = _commit(repo, state, message)
    repo.git("update-ref", "-m", "orchestra: save", ref, commit, "0" * len(commit))
    return SavedWork(ref, commit, state.head, branch)


def is_saved(repo: Repository, state: State) -> bool:
    """Return whether some saved ref holds exactly this state."""
    listed = repo.git("for-each-ref", "--format=%(objectname) %(tree)", SAVED)
    candidates = (line.split() for line in listed.splitlines())
    return any(
        tree == state.work_tree and _holds(repo, commit, state) for commit, tree in candidates
    )


def saved_head(repo: Repository, ref: str) -> str:
    """Return the commit that saved work stood at: where a worktree to restore it must begin."""
    commit = _commit_at(repo, ref)
    if not commit:
        raise Unknown(f"{ref} does not exist; see what was saved: git for-each-ref {SAVED}")
    return repo.git("rev-parse", f"{commit}^1").strip()


def saved_before(repo: Repository, ref: str) -> SavedWork | None:
    """Return what an attempt that broke off has saved under the ref."""
    commit = _commit_at(repo, ref)
    if not commit:
        return None
    return SavedWork(ref, commit, repo.git("rev-parse", f"{commit}^1").strip(), "")


def restore_work(repo: Repository, ref: str, worktree: Path) -> None:
    """Bring index, files, untracked files, modes and links back into a clean worktree.

    Raises Refused when the worktree has work of its own or stands at another commit; git checks
    every file before it writes the first.
    """
    require_worktree(worktree)
    wanted = saved_head(repo, ref)
    state = read_state(worktree)
    if not state.clean:
        raise Refused(f"{worktree} has uncommitted work; commit it before restoring {ref} there")
    if state.head != wanted:
        raise Refused(
            f"{worktree} stands at {state.head[:12]} and {ref} was saved at {wanted[:12]}; "
            f"restore into a worktree made at {wanted[:12]}"
        )
    git_in(worktree, "read-tree", "-m", "-u", "HEAD", ref)
    git_in(worktree, "read-tree", "-m", f"{ref}^2")
    stages = _stages_at(repo, ref)
    if stages:
        git_in(worktree, "update-index", "-z", "--index-info", feed=stages)
    # So that nothing shows as changed that is not; its status says whether anything is.
    run_git(worktree, "update-index", "-q", "--unmerged", "--refresh", env=only_here(worktree))


def _commit(repo: Repository, state: State, message: str) -> str:
    index = _commit_tree(repo, state.index_tree, (state.head,), "Index of saved work")
    parents = [state.head, index]
    if state.stages:
        tree = _stage_tree(repo.top, state.stages)
        parents.append(_commit_tree(repo, tree, (state.head,), "Unmerged entries of saved work"))
    return _commit_tree(repo, state.work_tree, tuple(parents), message)


def _commit_tree(repo: Repository, tree: str, parents: tuple[str, ...], message: str) -> str:
    named = [part for parent in parents for part in ("-p", parent)]
    return repo.git(
        "commit-tree", tree, *named, "-F", "-", "--no-gpg-sign", feed=message, env=KEEPER
    ).strip()


def _stage_tree(top: Path, stages: tuple[str, ...]) -> str:
    entries = (stage.partition("\t") for stage in stages)
    with scratch_index(top) as scratch:
        lines = (f"{entry[:-2]} 0\t{entry[-1]}/{path}\0" for entry, _, path in entries)
        scratch.git("update-index", "-z", "--index-info", feed="".join(lines))
        return scratch.git("write-tree").strip()


def _stages_at(repo: Repository, commit: str) -> str:
    """Return the unmerged entries of saved work as `update-index --index-info` reads them."""
    if repo.run("rev-parse", "--verify", "--quiet", f"{commit}^3").status:
        return ""
    entries = (
        line.partition("\t") for line in split(repo.git("ls-tree", "-r", "-z", f"{commit}^3"))
    )
    return "".join(
        f"{mode} {object_id} {path[0]}\t{path[2:]}\0"
        for (mode, _, object_id), path in ((entry.split(), path) for entry, _, path in entries)
    )


def _commit_at(repo: Repository, ref: str) -> str:
    return repo.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").out.strip()


def _holds(repo: Repository, commit: str, state: State) -> bool:
    ran = repo.run("rev-parse", f"{commit}^{{tree}}", f"{commit}^1", f"{commit}^2^{{tree}}")
    same = ran.out.split() == [state.work_tree, state.head, state.index_tree]
    return same and sorted(split(_stages_at(repo, commit))) == sorted(state.stages)
