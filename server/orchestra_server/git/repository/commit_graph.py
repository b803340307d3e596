"""The ancestry of a task's branches, read once for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from orchestra_server.git.repository.repository import Repository


@dataclass(slots=True)
class Ancestry:
    """The commits of branches that their base lacks, and which of them are merged so far."""

    base: str
    parents: dict[str, Sequence[str]]
    _held: set[str] = field(default_factory=set[str])

    def holds(self, commit: str) -> bool:
        """Tell whether the base, or a branch merged so far, contains a branch's commit."""
        return commit not in self.parents or commit in self._held

    def take(self, commit: str) -> None:
        """Count a branch, with all its ancestors, as merged."""
        self._held.update(self._line_of(commit))

    def builds_on_base(self, commit: str) -> bool:
        """Tell whether a branch's commit has the base itself among its ancestors."""
        return any(self.base in self.parents[ancestor] for ancestor in self._line_of(commit))

    def only_fork(self, commit: str) -> str:
        """Return the one commit of the base that a branch builds on: its only merge base.

        "" if there are several or none, or if a part of the branch is merged so far.
        """
        line = self._line_of(commit)
        forks = {
            parent
            for ancestor in line
            for parent in self.parents[ancestor]
            if parent not in self.parents
        }
        return forks.pop() if len(forks) == 1 and self._held.isdisjoint(line) else ""

    def _line_of(self, commit: str) -> set[str]:
        """Return the commit and its ancestors that the base lacks."""
        seen, pending = set[str](), [commit]
        while pending:
            ancestor = pending.pop()
            if ancestor in self.parents and ancestor not in seen:
                seen.add(ancestor)
                pending += self.parents[ancestor]
        return seen


def read_ancestry(repo: Repository, base: str, commits: Iterable[str]) -> Ancestry:
    """Read the ancestry of the commits down to their base."""
    stdin = "".join(f"{commit}\n" for commit in (*commits, f"^{base}"))
    lines = (
        line.split()
        for line in repo.git("rev-list", "--parents", "--stdin", stdin=stdin).splitlines()
    )
    return Ancestry(base, {line[0]: line[1:] for line in lines})
