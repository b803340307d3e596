"""The answer of get_conflicts."""

from dataclasses import dataclass, field

from orchestra_core.replies.reply import Reply


@dataclass(frozen=True, kw_only=True)
class ConflictingFile:
    """A file that two sides cannot both have, with git's word for why."""

    file: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ConflictStatus:
    """Two sides that do not merge: chambers by name, or 'base' for the branch they land on.

    Without files their histories have no commit in common. `more_files` are not listed.
    """

    between: list[str]
    tasks: list[str]
    files: list[ConflictingFile]
    more_files: int
    since: str


@dataclass(frozen=True, kw_only=True)
class CurrentConflicts(Reply):
    """The conflicts of this moment, uncommitted work included; the oldest first.

    `not_compared` are live chambers of other clones, whose work this clone does not see, or
    whose directory is not there. `not_watched` are those whose changes the system does not report,
    with the reason; they are looked at every 30 seconds.
    """

    task_id: str
    collisions: list[ConflictStatus]
    not_compared: list[str] = field(default_factory=list[str])
    not_watched: dict[str, str] = field(default_factory=dict[str, str])
