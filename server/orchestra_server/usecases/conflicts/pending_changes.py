"""What has happened since the conflict monitor's last check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class PendingChanges:
    """What has happened since the last check."""

    plan: bool = False  # the set of chambers changed
    recount: bool = False  # the number of directories to watch may have changed
    check: bool = False
    health: bool = False  # whether a chamber is watched may have changed
    round: bool = False  # a round is due, which checks unwatched chambers
    recreated: set[str] = field(default_factory=set[str])  # chambers with a recreated directory
    changed: set[str] = field(default_factory=set[str])
    files: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # by chamber

    def add_files(self, files: Mapping[str, Sequence[str]]) -> None:
        """Add the changed files of some chambers."""
        for chamber, paths in files.items():
            self.files.setdefault(chamber, []).extend(paths)

    def planned(self) -> None:
        """Note that the plan is new, so that everything is to be checked."""
        self.check, self.plan, self.recount, self.health = True, False, False, True

    def add_failed(self, failed: "PendingChanges") -> None:
        """Add the subject of a failed check, to be checked again.

        A chamber with changed files is then compared as a whole, without a look at single files.
        """
        self.check = True
        self.plan |= failed.plan
        self.recount |= failed.recount
        self.health |= failed.health | failed.round
        self.recreated |= failed.recreated
        self.changed |= failed.changed | failed.files.keys()
