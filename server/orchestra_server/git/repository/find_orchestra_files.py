"""Finds Orchestra's own files among paths of a working tree; files with shared names are read."""

from collections.abc import Iterable
from pathlib import Path

from orchestra_server.domain.chambers.orchestra_files import SHARED_FILES, is_only_ours, is_own_file

_LONGEST = 1_000_000  # bytes; ours are a few thousand


def is_ours(worktree: Path, path: str) -> bool:
    """Tell whether a path, relative to the top of a working tree, is one of Orchestra's there."""
    if is_own_file(path):
        return True
    return path in SHARED_FILES and is_only_ours(path, _content(worktree / path))


def own_files_in(worktree: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that are Orchestra's in a working tree."""
    return tuple(path for path in paths if is_ours(worktree, path))


def _content(file: Path) -> str:
    try:
        if file.is_symlink() or file.stat().st_size > _LONGEST:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
