"""The facts about a repository at one moment, read under its lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestra_core.state import ProjectState
from orchestra_core.store.damage import Damage
from orchestra_server.git.worktrees.add_and_list import Worktree


@dataclass(frozen=True, slots=True, kw_only=True)
class ChamberObservation:
    """What is at a chamber's path, and in its mailbox."""

    exists: bool = True
    link: str = ""  # where a symbolic link leads that is in its place
    linked: bool = True  # its `.git` names a record that git has
    unread: frozenset[str] = frozenset()  # interrupts that wait there
    known: frozenset[str] = frozenset()  # those, and what was read last
    receipts: int = 0
    hooked: bool = True  # its hook is there, or never was
    outdated: bool = False  # its hook speaks to the store by itself, as those of old versions did


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The facts; paths as text, branches without `refs/heads/`."""

    clone: str
    state: ProjectState
    tasks: frozenset[str] = frozenset()  # of those of the state, this repository's
    claims: Mapping[str, str] = field(default_factory=dict[str, str])
    lost_claims: Mapping[str, str] = field(default_factory=dict[str, str])  # name: who needs it
    trees: tuple[Worktree, ...] = ()
    chambers: Mapping[str, ChamberObservation] = field(
        default_factory=dict[str, ChamberObservation]
    )  # by chamber id
    branches: Mapping[str, str] = field(default_factory=dict[str, str])  # below orchestra/: commit
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])  # chamber id: branch now
    late: Mapping[str, int] = field(default_factory=dict[str, int])  # by id: files at its place
    settled: frozenset[str] = frozenset()  # branches whose work is merged or saved
    ending: frozenset[str] = frozenset()  # tasks that a call is ending at this moment
    busy: frozenset[str] = frozenset()  # chambers that a call makes, restores or closes just now
    landed: frozenset[str] = frozenset()  # tasks whose merge is on their branch
    damages: tuple[Damage, ...] = ()  # what the store itself has lost
    moved_from: str = ""  # the checkout that the whole repository was at before
    others: frozenset[str] = frozenset()  # of the trees, paths that are another repository's
    astray: tuple[str, ...] = ()  # worktrees that know their record, which looks elsewhere
    locks: tuple[str, ...] = ()
