"""Facts of healthy chambers are seen once for as long as no file changes that tells of them.

An idle daemon is to start no process: its rounds look at the files, and ask git where one differs.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from orchestra_core.models import Chamber, Task
from orchestra_server.domain.chambers.chamber_health import ChamberFacts
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.concurrency.chamber_lock import is_chamber_locked
from orchestra_server.usecases.health.observe_chamber import worktree_record
from orchestra_server.usecases.health.observe_health import observe_health

_Sign: TypeAlias = tuple[int, int, int] | None  # when it was changed, its number and its mode
# Git's files that say which worktrees, branches and stashes there are.
_OF_ALL = ("worktrees", "refs/stash", "logs/refs/stash", "packed-refs", "config")
_OF_WORKTREE = ("HEAD", "gitdir", "commondir", "locked")
_WELL = ChamberFacts()


class RememberedHealth:
    """Observes chambers, and remembers what it saw where nothing is wrong."""

    def __init__(self) -> None:
        self._signs: object = None
        self._facts: Mapping[str, ChamberFacts] = {}

    def observe(
        self, repo: Repository, tasks: Mapping[str, Task], chambers: Sequence[Chamber]
    ) -> Mapping[str, ChamberFacts]:
        """Return the same as `observe_health`. Blocking."""
        signs = _signs(repo, chambers)
        if signs is None or signs != self._signs:
            self._facts = observe_health(repo, tasks, chambers)
            is_well = all(_is_well(chamber, self._facts) for chamber in chambers)
            self._signs = signs if is_well else None
        return self._facts


def _is_well(chamber: Chamber, facts: Mapping[str, ChamberFacts]) -> bool:
    """Tell whether a chamber was seen, on its own branch, and nothing is wrong with it."""
    return facts.get(chamber.id) == replace(_WELL, branch=chamber.branch)


def _signs(repo: Repository, chambers: Iterable[Chamber]) -> object:
    """Return what differs when the facts may, None where files do not tell which branch is where.

    A chamber that a call works on is not looked at, and so its lock is one of the signs.
    """
    common_dir = repo.common_dir
    if (common_dir / "reftable").exists():
        return None
    of_chambers = [
        (
            chamber,
            is_chamber_locked(common_dir, chamber.name),
            os.access(chamber.path, os.W_OK | os.X_OK),
            [_sign(file) for file in _files_of(Path(chamber.path))],
        )
        for chamber in chambers
    ]
    return of_chambers, [_sign(common_dir / name) for name in _OF_ALL]


def _files_of(path: Path) -> Iterable[Path]:
    yield from (path, path / ".git", path / HOOK_SETTINGS)
    record = worktree_record(path)
    yield from (record / name for name in _OF_WORKTREE)


def _sign(file: Path) -> _Sign:
    try:
        status = file.lstat()
    except OSError:
        return None
    return status.st_ctime_ns, status.st_ino, status.st_mode
