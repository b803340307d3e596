"""Moves the target branch and its checkout by one fast-forward, completely or not at all."""

import os
import re
import shlex
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.merge.undo_fast_forward import ChangedFile, put_back
from orchestra_server.git.process.foreign_programs import run_programs, submit_watched, uncancelled
from orchestra_server.git.process.identity import signing_option
from orchestra_server.git.process.run import ceiling_env, git_output, run_git
from orchestra_server.git.repository.branch_tips import branch_tips
from orchestra_server.git.repository.is_merged import is_ancestor
from orchestra_server.git.repository.repository import Repository, head_of
from orchestra_server.git.repository.worktree_status import git_directory
from orchestra_server.git.repository.writable import require_writable
from orchestra_server.git.snapshot.commit import first_names
from orchestra_server.git.snapshot.hidden_changes import hides_changes, unhide_changes
from orchestra_server.git.snapshot.in_progress_operation import operation_name
from orchestra_server.git.snapshot.index_copy import copied_index, split_nul
from orchestra_server.git.worktrees.checkout_look import (
    STATUS,
    CheckoutLook,
    Place,
    look_at_checkout,
    look_at_place,
    require_as_seen,
    require_unmoved,
    where_checked_out,
)

# Our lock keeps git's garbage collection out: git need not start it to find that out.
_SETTINGS = ("-c", "submodule.recurse=false", "-c", "maintenance.auto=false")
_TAKEN_BACK = (
    "git merged, but the branch has lost the merge again: did a post-merge hook of yours undo it?"
)
_MERGES = ("merge", "cherry-pick")
_LFS = re.compile(r"\bgit-lfs\b|\bfilter lfs\b")


def land(
    repo: Repository,
    checkout: Path,
    branch: str,
    old: str,
    new: str,
    *,
    look: CheckoutLook | None = None,
    changes: Sequence[ChangedFile] | None = None,
) -> None:
    """Move `branch` (or the detached HEAD of `checkout` when "") from `old` to `new`.

    The user's uncommitted work stays as it is: where `new` would touch it, Refused names the files
    and nothing moves. Also Refused when the branch is no longer at `old`: merge again. `look` and
    `changes` are what the caller has just read of the checkout and of the two commits.
    """
    with (
        ThreadPoolExecutor() as pool,
        repo.landing_locked(),  # not the repository lock: hooks and filters may take long
    ):
        changed = submit_watched(
            pool, lambda: changed_files(repo, old, new) if changes is None else changes
        )
        builds_on_old = submit_watched(pool, lambda: is_ancestor(repo, old, new))
        seen = look if look and look.place else look_at_checkout(repo, checkout, branch)
        if seen.place is not None and seen.place.commit == old != new:
            _require_free(seen.place.worktree, changed.result(), seen.status)
        if not builds_on_old.result():
            raise Refused(f"{new[:12]} does not build on {old[:12]}; merge again and land that")
        if seen.place is None:
            _move_branch(repo, branch, old, new)
            return
        require_as_seen(repo, seen.place, branch)
        require_unmoved(seen.place.commit, branch, old)
        if old != new:
            _fast_forward(repo, seen.place, branch, new, changed.result())


def changed_files(repo: Repository, old: str, new: str) -> list[ChangedFile]:
    """Return the files in which two commits differ. Blocking."""
    raw = split_nul(git_output(repo.top, "diff-tree", "-r", "-z", "--no-renames", old, new))
    return [
        ChangedFile(path, kind=entry[-1], object_id=entry.split()[3])
        for entry, path in zip(raw[::2], raw[1::2], strict=True)
    ]


def blocked_files(
    repo: Repository, checkout: Path, branch: str, old: str, new: str
) -> tuple[str, ...]:
    """Return the user's uncommitted files that `land` would refuse to touch; changes nothing.

    Raises Refused where a rebase holds the branch, a merge is under way or git wants a signature
    that nothing will have, Unavailable where a directory cannot be written.
    """
    place = where_checked_out(repo, checkout, branch)
    if place is None or old == new:
        return ()
    changes = changed_files(repo, old, new)
    _require_no_merge(place.worktree)
    _require_writable(place.worktree, changes)
    _require_signed(place.worktree, new)
    return tuple(_blocking_files(place.worktree, changes, look_at_place(place).status))


def _require_no_merge(worktree: Path) -> None:
    """Raise Refused while a merge or cherry-pick waits to be concluded: git merges nothing then."""
    operation = operation_name(git_directory(worktree))
    if operation in _MERGES:
        git = f"git -C {shlex.quote(str(worktree))} {operation}"
        raise Refused(
            f"a {operation} is under way in {worktree}; finish it ({git} --continue) or give it up "
            f"({git} --abort), and complete again"
        )


def _move_branch(repo: Repository, branch: str, old: str, new: str) -> None:
    ref = f"refs/heads/{branch}"
    result = repo.run("update-ref", "-m", "orchestra: land", ref, new, old)
    if result.status:
        now = repo.run("rev-parse", "--verify", "--quiet", ref).out.strip()
        require_unmoved(now, branch, old)
        raise Refused(f"branch {branch} could not be moved: {result.failure}")


def _require_free(worktree: Path, changes: Sequence[ChangedFile], status: Sequence[str]) -> None:
    """Raise Refused where the user's uncommitted work is in the way; see `_require_writable`."""
    _require_no_merge(worktree)
    _require_writable(worktree, changes)
    in_the_way = _blocking_files(worktree, changes, status)
    if in_the_way:
        raise Refused(
            f"{worktree} has uncommitted work in {first_names(in_the_way)}, "
            "which the merge changes too; commit it or move it aside, and complete again"
        )


def _fast_forward(
    repo: Repository, place: Place, branch: str, new: str, changes: Sequence[ChangedFile]
) -> None:
    worktree, old = place.worktree, place.commit
    ran = None
    try:
        ran = run_programs(
        worktree, *_SETTINGS, "-c", f"branch.{branch}.mergeOptions=",
        "merge", "--quiet", "--ff-only", "--no-squash", "--commit", "--no-stat", "--no-signoff",
        "--no-autostash", "--no-overwrite-ignore", new,
        waits_for="git merge in the main checkout (its filters or its post-merge hook)",
        env={**ceiling_env(worktree), "GIT_REFLOG_ACTION": "orchestra: land"},
    )  # fmt: skip
        why = ran.failure if ran.status else _TAKEN_BACK
    except Refused as ended:
        why = str(ended)
    tip = _tip(repo, worktree, branch)
    if tip == new or is_ancestor(repo, new, tip):
        return  # what differs now, a commit on top included, is the work of the user's hook
    if ran is not None:
        why += _signature_cure(worktree) + _lfs_cure(why)
    with uncancelled():
        unrestored = put_back(worktree, changes, old, new)
    if unrestored:
        raise Refused(
            f"{worktree} could not take the merge ({why}), and {first_names(unrestored)} could "
            f"not be put back; make room, then run: git -C '{worktree}' checkout -- "
            f"{shlex.join(unrestored)}"
        )
    raise Refused(f"{worktree} could not take the merge, and is as it was: {why}")


def _tip(repo: Repository, worktree: Path, branch: str) -> str:
    if not branch:
        return head_of(worktree).commit
    return branch_tips(repo, [branch]).get(branch) or repo.resolve(f"refs/heads/{branch}")


def _lfs_cure(why: str) -> str:
    if not _LFS.search(why):
        return ""
    return (
        "; the content of a Git LFS file is not here: run 'git lfs push --all origin' in the clone "
        "that has it, and call again"
    )


def _require_signed(worktree: Path, new: str) -> None:
    """Raise Refused where git merges only signed commits, and those of a trial are unsigned.

    Where commits are signed, the trial cannot tell whether git will trust them.
    """
    cure = _signature_cure(worktree)
    if not cure or signing_option(worktree):
        return
    ran = run_programs(
        worktree, "log", "-1", "--no-show-signature", "--format=%G?", new,
        waits_for="gpg.program, which checks a signature", env=ceiling_env(worktree),
    )  # fmt: skip
    if ran.out.strip() != "G":
        raise Refused(f"{worktree} would not take the merge: it has no signature{cure}")


def _signature_cure(worktree: Path) -> str:
    """Return what to do where the user's git merges only trusted signatures, "" elsewhere."""
    wanted = run_git(
        worktree, "config", "--type=bool", "--get", "merge.verifySignatures",
        env=ceiling_env(worktree),
    )  # fmt: skip
    if wanted.out.strip() != "true":
        return ""
    return (
        "; merge.verifySignatures is set: sign every commit (git config commit.gpgSign true), or "
        f"land without: git -C {shlex.quote(str(worktree))} config merge.verifySignatures false"
    )


def _require_writable(worktree: Path, changes: Sequence[ChangedFile]) -> None:
    """Raise Unavailable for a directory in which the landing could not replace files."""
    folders = {(worktree / change.path).parent for change in changes}
    require_writable(
        git_directory(worktree), *sorted({_without_link(worktree, folder) for folder in folders})
    )


def _without_link(worktree: Path, folder: Path) -> Path:
    """Return a folder; if the landing replaces a link on its path, the folder of that link."""
    parts = folder.relative_to(worktree).parts
    above = [worktree.joinpath(*parts[:count]) for count in range(1, len(parts) + 1)]
    return next((path.parent for path in above if path.is_symlink()), folder)


def _blocking_files(
    worktree: Path, changes: Sequence[ChangedFile], status: Sequence[str]
) -> list[str]:
    """Return the uncommitted, untracked or ignored files where the landing would write.

    A directory where a file is to be written counts, and a file where a directory is.
    """
    touched = {change.path for change in changes}
    blocking = {
        path
        for path in _dirty(worktree, changes, status)
        if touched & {path, *map(str, Path(path).parents)}
    }
    # A case-insensitive file system finds README where only readme exists.
    renamed = {change.path.casefold() for change in changes if change.kind == "D"}
    for change in changes:
        if change.kind == "A" and change.path.casefold() not in renamed:
            blocking.update(_untracked_at(worktree, change.path, touched))
    return sorted(blocking)


def _dirty(worktree: Path, changes: Sequence[ChangedFile], status: Sequence[str]) -> set[str]:
    """Return the tracked files whose index entry or content differs from HEAD.

    Status leaves out those that git was told to treat as unchanged, and a landing fails at them.
    """
    entries = [*status]
    index = git_directory(worktree) / "index"
    if changes and hides_changes(index, len(changes[0].object_id) // 2):
        with copied_index(worktree) as index_copy:
            unhide_changes(worktree, index_copy.git)
            entries += split_nul(index_copy.git(*STATUS))
    return {entry[3:] for entry in entries}


def _untracked_at(worktree: Path, path: str, touched: Collection[str]) -> list[str]:
    """Return the untracked or ignored files that a new file at `path` would replace."""
    for parent in list(Path(path).parents)[:-1]:
        at = worktree / parent
        if os.path.lexists(at) and (at.is_symlink() or not at.is_dir()):
            return [] if str(parent) in touched else [str(parent)]
    at = worktree / path
    if at.is_dir() and not at.is_symlink():
        below = git_output(
            worktree, "--literal-pathspecs", "ls-files", "--others", "-z", "--", path
        )
        return split_nul(below)
    return [path] if os.path.lexists(at) else []
