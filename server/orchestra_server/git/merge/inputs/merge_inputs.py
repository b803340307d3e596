"""What a merge reads of the repository; it may be read ahead, since objects never change."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from orchestra_core.errors import OrchestraError
from orchestra_server.git.merge.in_memory.disjoint_merges import read_branch_changes, read_start
from orchestra_server.git.merge.in_memory.edited_tree import OddTreeError, TreeObjects
from orchestra_server.git.merge.in_memory.tree_changes import TreeChanges
from orchestra_server.git.merge.write_commits import Ownership, read_ownership
from orchestra_server.git.process.foreign_programs import submit_watched
from orchestra_server.git.repository.commit_graph import Ancestry, read_ancestry
from orchestra_server.git.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class MergeInputs:
    """The ancestry and changes of branches, the trees that they change, and who commits.

    `ownership` is None where it could not be read; who needs it reads it again, and sees why.
    """

    base: str
    tips: frozenset[str]
    parents: Mapping[str, Sequence[str]]
    changes: Mapping[str, TreeChanges]
    trees: TreeObjects
    ownership: Ownership | None

    def fits(self, base: str, tips: Iterable[str]) -> bool:
        """Tell whether it was read for a merge of these tips onto this base."""
        return (base, frozenset(tips)) == (self.base, self.tips)

    def ancestry(self) -> Ancestry:
        """Return the ancestry, in which nothing counts as merged yet."""
        return Ancestry(self.base, dict(self.parents))


def read_merge(repo: Repository, base: str, tips: Sequence[str]) -> MergeInputs:
    """Read what a merge of these tips onto a base needs; writes nothing. Blocking."""
    trees = TreeObjects(repo)
    with ThreadPoolExecutor(max_workers=1) as pool:
        ownership = submit_watched(pool, lambda: _ownership(repo))
        ancestry = read_ancestry(repo, base, tips)
        changes = read_branch_changes(repo, ancestry, tips)
        with suppress(OddTreeError):  # the merge meets it again
            read_start(trees, base, changes)
        return MergeInputs(
            base, frozenset(tips), ancestry.parents, changes, trees, ownership.result()
        )


def _ownership(repo: Repository) -> Ownership | None:
    try:
        return read_ownership(repo)
    except OrchestraError:
        return None
