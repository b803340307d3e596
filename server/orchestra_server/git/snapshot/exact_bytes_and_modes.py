"""Keeps exact bytes and modes of files that git alone would restore differently.

Git records of a mode only the executable bit, and a filter (line endings, `clean` and `smudge`) may
return other bytes than it was given.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.index_copy import WorktreeState, split_nul

EXACT = "exact/"
MODES = "modes"
_FILES = ("100644", "100755")
_NO_ENV: Mapping[str, str] = MappingProxyType({})
_AT_ONCE = 500  # names in one command; the system limits its length


def exact_entries(
    repo: Repository, worktree: Path, state: WorktreeState, *, env: Mapping[str, str] = _NO_ENV
) -> list[str]:
    """Return tree entries that keep bytes and modes of the files that differ from HEAD.

    `env` names the repository where the directory is no worktree.
    """
    if state.work_tree == state.head_tree:
        return []
    files = {
        path: blob for path, blob in _changed(repo, state) if stat.S_ISREG(_mode(worktree / path))
    }
    if not files:
        return []
    modes = "".join(f"{_mode(worktree / path) & 0o7777:o} {path}\0" for path in files)
    blob = repo.git("hash-object", "-w", "--stdin", stdin=modes).strip()
    entries = [f"100644 {blob}\t{MODES}"]
    names = list(files)
    for start in range(0, len(names), _AT_ONCE):
        batch = names[start : start + _AT_ONCE]
        hashing = ("hash-object", "-w", "--no-filters", "--", *batch)
        as_is = git_output(worktree, *hashing, env=env).split()
        entries += [
            f"100644 {raw}\t{EXACT}{path}"
            for path, raw in zip(batch, as_is, strict=True)
            if raw != files[path]
        ]
    return entries


def restore_exact_files(
    repo: Repository, worktree: Path, entries: Mapping[str, str], modes: str
) -> None:
    """Restore the files' exact bytes and modes."""
    for path, entry in entries.items():
        if path.startswith(EXACT):
            content = repo.git("cat-file", "blob", entry.split()[1])
            place = worktree / path.removeprefix(EXACT)
            place.write_bytes(os.fsencode(content))
    for mode, path in (line.split(" ", 1) for line in split_nul(modes)):
        place = worktree / path
        if stat.S_ISREG(_mode(place)) and _mode(place) & 0o7777 != int(mode, 8):
            place.chmod(int(mode, 8))


def _changed(repo: Repository, state: WorktreeState) -> Iterator[tuple[str, str]]:
    """Yield path and blob of each file that differs from HEAD in the working tree."""
    parts: Sequence[str] = split_nul(
        repo.git("diff-tree", "-r", "-z", "--no-renames", state.head_tree, state.work_tree)
    )
    for told, path in zip(parts[::2], parts[1::2], strict=True):
        _, mode, _, blob, _ = told.split()
        if mode in _FILES:
            yield path, blob


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0
