"""Where the configuration files are, and how to read one without trusting its content."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from orchestra_core.clone.common_directory import common_directory

_USERS, _REPOSITORYS = "config.toml", "orchestra.toml"
_LARGEST = 65_536  # bytes; a file of options has a few hundred


def user_file(environ: Mapping[str, str]) -> Path:
    """Return the person's own file, below the XDG configuration directory, on macOS too."""
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    if not base.is_absolute():
        base = Path("~/.config")
        with suppress(RuntimeError):  # no home directory is known
            base = base.expanduser()
    return base / "orchestra" / _USERS


def repository_file(directory: Path) -> Path | None:
    """Return the file of the repository that `directory` is in; None outside a repository.

    It is the file of the main checkout. A worker can change the file in its chamber, so that one
    does not count. A bare repository has no main checkout: there the current worktree's file
    counts.
    """
    root, common_dir = common_directory(os.path.realpath(directory))
    if not common_dir:
        return None
    common = Path(common_dir)
    return (common.parent if common.name == ".git" else Path(root)) / _REPOSITORYS


def is_there(path: Path) -> bool:
    """Tell whether anything exists at the path, readable or not."""
    return os.path.lexists(path)


def read_file(path: Path) -> bytes | None:
    """Return a file's text, or None if it does not exist; raises OSError.

    Only a plain file of a sensible size is read: a pipe would never end.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is not a regular file", str(path))
        if status.st_size > _LARGEST:
            raise OSError(0, f"it has more than {_LARGEST:,} bytes", str(path))
        return os.read(descriptor, _LARGEST)
    finally:
        with suppress(OSError):
            os.close(descriptor)
