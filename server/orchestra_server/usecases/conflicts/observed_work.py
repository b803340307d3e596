"""What the conflict monitor last saw of a clone's chambers, for duties that judge it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestra_server.domain.chambers.conflicts import Pair
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber


@dataclass(frozen=True, slots=True)
class ObservedWork:
    """The chambers, a commit of each one's content, git's environment for them, and conflicts."""

    chambers: tuple[ComparedChamber, ...] = ()
    commits: Mapping[str, str] = field(default_factory=dict[str, str])
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    apart: frozenset[Pair] = frozenset()
