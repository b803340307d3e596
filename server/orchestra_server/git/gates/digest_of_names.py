"""A digest of the names in a small worktree, which shows whether files came or went."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_MOST = 5_000  # names; in a larger worktree git finds just as quickly what is not in its tree


def digest_of_names(worktree: Path, keep: Sequence[str]) -> str:
    """Return a digest of all names and kinds below `worktree`, "" if they are too many.

    Git's own directory and the `keep` paths, in which folders end with a slash, do not count. It is
    also "" if a folder cannot be read.
    """
    with suppress(OSError):
        return _digest(worktree, keep)
    return ""


def _digest(worktree: Path, keep: Sequence[str]) -> str:
    skipped = {path.rstrip("/") for path in keep} | {".git"}
    digest, count, folders = hashlib.sha256(), 0, [""]
    while folders:
        folder = folders.pop()
        with os.scandir(worktree / folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = folder + entry.name
                if path in skipped:
                    continue
                count += 1
                if count > _MOST:
                    return ""
                is_folder = entry.is_dir(follow_symlinks=False)
                digest.update(os.fsencode(f"{path}/\0" if is_folder else f"{path}\0"))
                if is_folder:
                    folders.append(f"{path}/")
    return digest.hexdigest()
