"""What has happened since the conflict monitor's last check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class PendingChanges:
    """What has happened since the last check."""

    plan: bool = False  # the set of chambers changed
    recount: bool = False  # the number of directories to watch may have changed
    check: bool = False
    health: bool = False  # whether a chamber is watched may have another answer
    round: bool = False  # a round is due: look at what is not watched
    recreated: set[str] = field(default_factory=set[str])  # chambers with a recreated directory
    changed: set[str] = field(default_factory=set[str])
    files: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # by chamber

    def add_files(self, files: Mapping[str, Sequence[str]]) -> None:
        """Add the changed files of some chambers."""
        for chamber, paths in files.items():
            self.files.setdefault(chamber, []).extend(paths)

    def planned(self) -> None:
        """Note that the plan is new: everything is to be checked by it."""
        self.check, self.plan, self.recount, self.health = True, False, False, True

    def add_failed(self, failed: "PendingChanges") -> None:
        """Add what a failed check was about, to be checked again.

        A chamber with changed files is compared whole: which of them matter is not asked again.
        """
        self.check = True
        self.plan |= failed.plan
        self.recount |= failed.recount
        self.health |= failed.health | failed.round
        self.recreated |= failed.recreated
        self.changed |= failed.changed | failed.files.keys()
