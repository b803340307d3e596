"""What needs confirmation before a task lands: workers at work, unread critical mail, odd files."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_server.domain.tasks.landing_holds import landing_holds
from orchestra_server.domain.tasks.unintended_files import listed, odd_entries, unintended_files
from orchestra_server.git.merge.added_files import (
    added_entries,
    files_with_keys,
    present_folders,
    read_limits,
)
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs
from orchestra_server.git.process.foreign_programs import map_watched, submit_watched
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.recent_status import RecentStatus, read_recent_status
from orchestra_server.usecases.common.serializers import unread_of
from orchestra_server.usecases.workers.worker_activity import describe_activity

if TYPE_CHECKING:
    from orchestra_server.usecases.completion.merge_and_land import PreparedLanding

_AT_ONCE = 4


def holds_in(state: ProjectState, chambers: Sequence[Chamber], now: int) -> list[str]:
    """Return a sentence for each worker that is at work, suspended, or has critical mail unread."""
    activity = {chamber.id: describe_activity(state, chamber, now) for chamber in chambers}
    unread = [
        interrupt
        for task_id in dict.fromkeys(chamber.task_id for chamber in chambers)
        for interrupt in unread_of(state, task_id)
    ]
    return landing_holds(chambers, activity, unread, state.discoveries)


async def require_confirmed(
    repo: Repository, chambers: Sequence[Chamber], holds: Sequence[str]
) -> dict[Path, RecentStatus]:
    """Raise Refused, before anything is committed, if something needs confirmation.

    `chambers` are this clone's; returns their statuses by worktree.
    """
    statuses = await asyncio.to_thread(_read_statuses, chambers)
    _require(holds, await asyncio.to_thread(_untracked, repo, statuses))
    return statuses


def require_tracked_intended(repo: Repository, chambers: Sequence[Chamber]) -> None:
    """Raise Refused if committing in the chambers would track unintended files. Blocking.

    Called before anything is committed, when another clone asks for the work.
    """
    _require([], _untracked(repo, _read_statuses(chambers)))


def require_intended(
    repo: Repository, ready: "PreparedLanding", inputs: LandingInputs | None = None
) -> None:
    """Raise Refused if the merge would add files that look unintended."""
    if ready.moves:
        _require([], unintended_between(repo, ready.old, ready.commit, inputs))


def unintended_in(repo: Repository, ready: "PreparedLanding") -> tuple[str, ...]:
    """Return a phrase for each new file or folder of a merge that needs confirmation. Blocking."""
    return unintended_between(repo, ready.old, ready.commit) if ready.moves else ()


def unintended_between(
    repo: Repository, old: str, new: str, inputs: LandingInputs | None = None
) -> tuple[str, ...]:
    """Return a phrase for each file or folder that `new` adds and that looks unintended.

    What `inputs` has of `old` is not read again. Blocking.
    """
    ahead = inputs if inputs is not None and inputs.is_of_target(old) else None
    with ThreadPoolExecutor() as pool:
        present = submit_watched(
            pool, lambda: ahead.folders if ahead else frozenset(present_folders(repo, old))
        )
        limits = submit_watched(pool, lambda: ahead.limits if ahead else read_limits(repo))
        added = added_entries(repo, old, new)
        secrets = files_with_keys(repo, new, added.files)
        files = unintended_files(added.files, present.result(), limits.result(), secrets)
        return (*files, *odd_entries(added.links, added.repositories))


def unconfirmed(holds: Sequence[str], files: Sequence[str]) -> str:
    """Return in one line what needs confirmation, "" for nothing."""
    new_files = [f"new files that look unintended: {listed(files)}"] if files else []
    return "; ".join((*holds, *new_files))


def _require(holds: Sequence[str], files: Sequence[str]) -> None:
    what = unconfirmed(holds, files)
    if what:
        cure = "let the workers end and read their mail" if holds else "ignore or delete the files"
        raise Refused(
            f"nothing has landed: {what}; {cure} and call again, or land anyway with confirm=true"
        )


def _read_statuses(chambers: Sequence[Chamber]) -> dict[Path, RecentStatus]:
    """Return the status of each worktree that exists."""
    paths = [Path(chamber.path) for chamber in chambers]
    present = [path for path in paths if (path / ".git").exists()]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return dict(zip(present, map_watched(pool, read_recent_status, present), strict=True))


def _untracked(repo: Repository, statuses: Mapping[Path, RecentStatus]) -> tuple[str, ...]:
    """Return the files that committing the chambers' open work would track for the first time."""
    added, links = dict[str, int](), dict[str, str]()
    for worktree, recent in statuses.items():
        added.update(_sizes(worktree, recent.status.untracked))
        links.update(_links(worktree, recent.status.untracked))
    if not added:
        return ()
    present = present_folders(repo, repo.head().commit)
    return (*unintended_files(added, present, read_limits(repo)), *odd_entries(links, ()))


def _sizes(worktree: Path, untracked: Sequence[str]) -> Mapping[str, int]:
    """Return the size of each untracked file of a worktree."""
    sizes = dict[str, int]()
    for path in untracked:
        try:
            sizes[path] = os.lstat(worktree / path).st_size
        except OSError:  # deleted meanwhile
            continue
    return sizes


def _links(worktree: Path, untracked: Sequence[str]) -> Mapping[str, str]:
    """Return the target of each untracked symbolic link of a worktree."""
    links = dict[str, str]()
    for path in untracked:
        with suppress(OSError):  # not a link, or deleted meanwhile
            links[path] = str((worktree / path).readlink())
    return links
