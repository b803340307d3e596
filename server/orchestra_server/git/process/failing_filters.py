"""Reads working trees in which one of the user's required filters fails: its program is gone, say.

Git then refuses to add or compare each file of that filter. Without the filter it takes the bytes
as they are, so that all of them can be saved.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from orchestra_server.git.process.plain_git import FAILED_FILTER, UNNAMED_FILTER
from orchestra_server.git.process.run import GitFailed, ceiling_env, run_git

Result = TypeVar("Result")
_NONE = ("clean=", "smudge=", "process=", "required=false")
_PROCESSES = r"^filter\..+\.process$"


def without_filters(drivers: Iterable[str]) -> tuple[str, ...]:
    """Return the options with which git leaves the bytes of these filters' files as they are."""
    settings = [f"filter.{driver}.{setting}" for driver in drivers for setting in _NONE]
    return tuple(part for setting in settings for part in ("-c", setting))


def around_failing_filters(worktree: Path, read: Callable[[tuple[str, ...]], Result]) -> Result:
    """Return what `read` returns, called again without each filter that fails.

    It gets the names of the filters to do without: none at first. Raises GitFailed for any other
    failure.
    """
    drivers = tuple[str, ...]()
    while True:
        try:
            return read(drivers)
        except GitFailed as fault:
            more = [name for name in failing_filters(worktree, fault.said) if name not in drivers]
            if not more:
                raise
            drivers = (*drivers, *more)


def failing_filters(worktree: Path, said: str) -> list[str]:
    """Return the names of the filters that fail, by what git said; none for another failure."""
    names = list(dict.fromkeys(FAILED_FILTER.findall(said)))
    if names or UNNAMED_FILTER not in said:
        return names
    listed = run_git(
        worktree, "config", "-z", "--get-regexp", _PROCESSES, env=ceiling_env(worktree)
    )
    settings = (line.partition("\n")[0] for line in listed.out.split("\0")[:-1])
    return [name.removeprefix("filter.").removesuffix(".process") for name in settings]
