"""The form of saved work: one commit under a ref, whose parents hold what its tree cannot."""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.names import SAVED
from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.process.run import GitFailed, git_output
from orchestra_server.git.repository.deleted_objects import is_whole
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save_index_and_operation import (
    UNFILTERED,
    SaveExtras,
    has_same_extras,
    read_extras,
    write_tree,
)
from orchestra_server.git.snapshot.exact_bytes_and_modes import EXACT
from orchestra_server.git.snapshot.index_copy import WorktreeState, empty_index, split_nul

_AT_ONCE = 500  # names in one command; the system limits its length


def write_save(
    repo: Repository, ref: str, state: WorktreeState, extras: SaveExtras, message: str
) -> str:
    """Keep a state under a ref and return the commit; raises Refused when it holds other work.

    Raises GitFailed, and keeps nothing, where git has deleted something of it.
    """
    commit = find_commit(repo, ref)
    if not commit:
        commit = _commit(repo, state, extras, message)
        deleted = repo.run("rev-parse", "--verify", "--quiet", ref).out.strip()
        repo.git("update-ref", "-m", "orchestra: save", ref, commit, deleted or "0" * len(commit))
    elif not holds_state(repo, commit, state):
        raise Refused(f"{ref} holds other saved work already; save under another name")
    if is_whole(repo, commit, [state.head]):
        return commit
    repo.git("update-ref", "-d", ref, commit)
    raise GitFailed(
        f"objects of {ref} are missing: git deleted them before the ref held them (is "
        "'git gc --prune=now' running?); nothing was removed: call again when it has ended"
    )


def find_commit(repo: Repository, ref: str) -> str:
    """Return the commit a ref names, "" for none."""
    return repo.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").out.strip()


def is_state_saved(repo: Repository, state: WorktreeState) -> bool:
    """Return whether some saved ref holds exactly this state."""
    listed = repo.git("for-each-ref", "--format=%(objectname) %(tree)", SAVED)
    candidates = (line.split() for line in listed.splitlines())
    return any(
        tree == state.work_tree and holds_state(repo, commit, state) for commit, tree in candidates
    )


def holds_state(repo: Repository, commit: str, state: WorktreeState) -> bool:
    """Return whether saved work is exactly this state."""
    result = repo.run("rev-parse", f"{commit}^{{tree}}", f"{commit}^1", f"{commit}^2^{{tree}}")
    same = result.out.split() == [state.work_tree, state.head, state.index_tree]
    return same and has_same_extras(read_extras(repo, commit), state)


def as_saved(repo: Repository, ref: str, worktree: Path, state: WorktreeState) -> WorktreeState:
    """Return the state with each file that has the bytes of its save under `ref` taken as saved.

    This matters where the save did without a filter: it holds the files' own bytes, while git
    reads other content once the filter works again. Any other state is returned as it is.
    """
    extras = {} if state.clean else read_extras(repo, ref)
    if UNFILTERED not in extras:
        return state
    changed = list(_changed(repo, state.work_tree, ref, worktree))
    bytes_of = _bytes_of(worktree, [path for _, _, path in changed])
    entries = [
        f"{mode} {blob}\t{path}\0"
        for mode, blob, path in changed
        if bytes_of[path] == extras.get(f"{EXACT}{path}", blob).split()[-1]
    ]
    with empty_index(repo.top) as index:
        index.git("read-tree", state.work_tree)
        index.git("update-index", "-z", "--index-info", stdin="".join(entries))
        return replace(state, work_tree=index.git("write-tree").strip())


def _commit(repo: Repository, state: WorktreeState, extras: SaveExtras, message: str) -> str:
    index = _commit_tree(repo, state.index_tree, (state.head,), "Index of saved work")
    parents = [state.head, index]
    if extras.entries or extras.commits:
        extra_parents = (state.head, *extras.commits)
        tree = write_tree(repo, extras.entries)
        parents.append(_commit_tree(repo, tree, extra_parents, "What else there was of saved work"))
    return _commit_tree(repo, state.work_tree, tuple(parents), message)


def _commit_tree(repo: Repository, tree: str, parents: tuple[str, ...], message: str) -> str:
    parent_options = [part for parent in parents for part in ("-p", parent)]
    return repo.git(
        "commit-tree",
        tree,
        *parent_options,
        "-F",
        "-",
        "--no-gpg-sign",
        stdin=message,
        env=ORCHESTRA_IDENTITY,
    ).strip()


def _bytes_of(worktree: Path, paths: Sequence[str]) -> dict[str, str]:
    """Return by path the blob that a file's own bytes would be."""
    blobs = dict[str, str]()
    for start in range(0, len(paths), _AT_ONCE):
        batch = paths[start : start + _AT_ONCE]
        hashed = git_output(worktree, "hash-object", "--no-filters", "--", *batch).split()
        blobs |= zip(batch, hashed, strict=True)
    return blobs


def _changed(
    repo: Repository, tree: str, ref: str, worktree: Path
) -> Iterator[tuple[str, str, str]]:
    """Yield the save's mode, blob and path of each file with other content there."""
    listed = split_nul(repo.git("diff-tree", "-r", "-z", "--no-renames", tree, f"{ref}^{{tree}}"))
    for entry, path in zip(listed[::2], listed[1::2], strict=True):
        _, mode, _, blob, kind = entry.split()
        place = worktree / path
        if kind == "M" and place.exists() and stat.S_ISREG(place.lstat().st_mode):
            yield mode, blob, path
