"""The common git directory of a working tree, found by reading git's own pointer files.

Commands ask for it before anything else is imported, so it imports little. The formats are those of
gitrepository-layout(5): a `.git` directory, or a `.git` file with a `gitdir:` line whose target may
name the common directory in a `commondir` file.
"""

import os

_POINTER = "gitdir:"
_USUAL = os.path.join("..", "..")


def common_directory(start: str) -> tuple[str, str]:
    """Return the top of the working tree that holds the real path `start`, and its git directory.

    Both are "" outside a repository. In a bare one both are the repository.
    """
    directory = start
    while True:
        common = _of(directory)
        if common:
            return directory, common
        above = os.path.dirname(directory)
        if above == directory:
            return "", ""
        directory = above


def _of(directory: str) -> str:
    """Return the common directory of a working tree's top, "" for any other directory."""
    marker = os.path.join(directory, ".git")
    if os.path.isdir(marker):
        return os.path.realpath(marker)
    if os.path.isfile(marker):
        text = _read(marker)
        if not text.startswith(_POINTER):
            return ""
        git_dir = os.path.realpath(os.path.join(directory, text.removeprefix(_POINTER).strip()))
        pointer = os.path.join(git_dir, "commondir")
        if os.path.isfile(pointer):
            # Git makes it empty first, and then writes what it always writes.
            return os.path.realpath(os.path.join(git_dir, _read(pointer) or _USUAL))
        return git_dir
    if os.path.isfile(os.path.join(directory, "HEAD")) and os.path.isdir(
        os.path.join(directory, "objects")
    ):
        return directory  # a bare repository
    return ""


def _read(file: str) -> str:
    with open(file, encoding="utf-8", errors="surrogateescape") as text:
        return text.read().strip()
