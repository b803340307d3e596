"""The addresses of a clone's remotes, asked of git again only where its configuration may differ.

Each heartbeat notes them. An idle daemon is to start no process for that.
"""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from orchestra_server.git.remotes.addresses import read_addresses
from orchestra_server.git.repository.repository import Repository

_Stamp: TypeAlias = tuple[int, int, int]  # when it was written, its number and its size
# Seconds after which git is asked anyway: a file that is included may be where nobody looks.
_LONGEST = 3_600.0
_FILE = "file:"
_NAMING = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")  # these name a file in place of the usual one


class RememberedAddresses:
    """What git said last, for as long as none of the files has changed from which it came."""

    def __init__(self) -> None:
        self._repo: Repository | None = None
        self._stamps: Mapping[Path, _Stamp | None] = {}
        self._origins = frozenset[Path]()
        self._addresses: dict[str, str] = {}
        self._asked_at = 0.0

    def read(self, repo: Repository) -> dict[str, str]:
        """Return the same as `read_addresses`. Blocking.

        Git is asked again after the first time: only then it is known which files to look at.
        """
        stamps = _stamps({*_usual_files(repo), *self._origins})
        is_fresh = time.monotonic() - self._asked_at < _LONGEST
        if not is_fresh or (repo, stamps) != (self._repo, self._stamps):
            self._repo, self._stamps, self._asked_at = repo, stamps, time.monotonic()
            self._origins = frozenset(_origins(repo))
            self._addresses = read_addresses(repo)
        return dict(self._addresses)


def _stamps(files: Iterable[Path]) -> dict[Path, _Stamp | None]:
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> _Stamp | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _usual_files(repo: Repository) -> Iterable[Path]:
    """Yield where git looks by itself, whether the file is there or not, and what HEAD names."""
    for name in ("config", "config.worktree", "HEAD", "reftable/tables.list"):
        yield repo.common_dir / name
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - never raises
    base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    yield from (home / ".gitconfig", base / "git" / "config", Path("/etc/gitconfig"))
    yield from (Path(os.environ[name]) for name in _NAMING if os.environ.get(name))


def _origins(repo: Repository) -> Iterable[Path]:
    """Yield the files that git has read, those that others include among them."""
    said = repo.run("config", "--list", "--name-only", "--show-origin", "-z").out
    for part in said.split("\0"):
        if part.startswith(_FILE):
            yield repo.top / part.removeprefix(_FILE)
