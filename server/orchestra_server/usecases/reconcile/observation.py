"""The facts about a repository at one moment, read under its locks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestra_core.state import ProjectState
from orchestra_core.store.damage import Damage
from orchestra_server.git.worktrees.add_and_list import Worktree
from orchestra_server.usecases.health.observe_chamber import ChamberObservation


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The facts; paths as text, branches without `refs/heads/`."""

    clone: str
    state: ProjectState
    tasks: frozenset[str] = frozenset()  # those of the state that belong to this repository
    claims: Mapping[str, str] = field(default_factory=dict[str, str])
    lost_claims: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )  # name: the chambers or tasks that need it
    trees: tuple[Worktree, ...] = ()
    chambers: Mapping[str, ChamberObservation] = field(
        default_factory=dict[str, ChamberObservation]
    )  # by chamber id
    branches: Mapping[str, str] = field(default_factory=dict[str, str])  # name: commit
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])  # chamber id: new name
    late: Mapping[str, int] = field(default_factory=dict[str, int])  # chamber id: file count
    late_repositories: frozenset[str] = frozenset()  # removed chambers with one at their path
    ways_back: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # by chamber on another branch: how to get back to its own
    settled: frozenset[str] = frozenset()  # branches whose work is merged or saved
    ending: frozenset[str] = frozenset()  # tasks that a call is ending now
    busy: frozenset[str] = frozenset()  # chambers that a call is creating, restoring or closing now
    landed: frozenset[str] = frozenset()  # tasks whose merge is on their target branch
    damages: tuple[Damage, ...] = ()  # what the store itself has lost
    moved_from: str = ""  # the checkout's former path, if the whole repository moved
    others: frozenset[str] = frozenset()  # paths of worktrees that belong to another repository
    astray: tuple[str, ...] = ()  # worktrees whose record in git names another path
    locks: tuple[str, ...] = ()
