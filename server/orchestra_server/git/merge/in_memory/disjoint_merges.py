"""Merges branches that changed different files, without a git process for each of them.

The result is the tree that `git merge-tree` would write. Whatever needs more than taking the
changes of both sides is left to git.
"""

from collections.abc import Iterable, Mapping

from orchestra_server.git.merge.in_memory.edited_tree import EditedTree, OddTreeError, TreeObjects
from orchestra_server.git.merge.in_memory.tree_changes import (
    ChangedPaths,
    TreeChanges,
    read_changes,
    read_changes_of,
)
from orchestra_server.git.repository.commit_graph import Ancestry
from orchestra_server.git.repository.repository import Repository


class DisjointMerges:
    """Merges branches one after another as long as they changed different files."""

    def __init__(
        self,
        trees: TreeObjects,
        ancestry: Ancestry,
        commits: Iterable[str],
        changes: Mapping[str, TreeChanges] | None = None,
    ) -> None:
        """Begin at the ancestry's base; `changes` are the commits', if they were read ahead."""
        self._trees = trees
        self._repo = trees.repo
        self._ancestry = ancestry
        self._commits = list(dict.fromkeys(commits))
        self._start = ancestry.base
        self._merged: list[TreeChanges] = []  # since the start
        self._so_far: dict[str, ChangedPaths] = {}  # by fork: all that the result changed since
        self._tree: EditedTree | None = None
        self._branches = changes
        self._is_odd = False

    def merge(self, commit: str) -> str:
        """Return the tree with a branch merged into it, "" where git has to merge it."""
        fork = "" if self._is_odd else self._ancestry.only_fork(commit)
        if not fork:
            return ""
        try:
            changes = self._changes_of(commit)
            if not self._changed_since(fork).is_disjoint(changes):
                return ""
            if self._tree is None:
                self._tree = self._read_tree()
            tree = self._tree.apply(changes)
        except OddTreeError:
            self._is_odd = True
            return ""
        self._merged.append(changes)
        for changed in self._so_far.values():
            changed.add(changes)
        return tree

    def start_at(self, result: str) -> None:
        """Continue from a commit whose tree git has merged."""
        self._start, self._merged, self._so_far, self._tree = result, [], {}, None

    def _changes_of(self, commit: str) -> TreeChanges:
        """Return a branch's changes; the first call reads those of all branches."""
        if self._branches is None:
            self._branches = read_branch_changes(self._repo, self._ancestry, self._commits)
        return self._branches[commit]

    def _changed_since(self, fork: str) -> ChangedPaths:
        """Return which paths the result has changed since the commit that a branch forks from."""
        if fork not in self._so_far:
            changed = ChangedPaths()
            if fork != self._start:
                changed.add(read_changes(self._repo, fork, self._start))
            for changes in self._merged:
                changed.add(changes)
            self._so_far[fork] = changed
        return self._so_far[fork]

    def _read_tree(self) -> EditedTree:
        """Read the tree to start at, with the directories that the branches are going to change."""
        return EditedTree(self._trees, read_start(self._trees, self._start, self._branches or {}))


def read_branch_changes(
    repo: Repository, ancestry: Ancestry, commits: Iterable[str]
) -> dict[str, TreeChanges]:
    """Return what each branch changed since its only fork, without the branches of more or none."""
    forks = {commit: ancestry.only_fork(commit) for commit in commits}
    return read_changes_of(repo, {commit: fork for commit, fork in forks.items() if fork})


def read_start(trees: TreeObjects, commit: str, changes: Mapping[str, TreeChanges]) -> str:
    """Return a commit's tree, read with the directories that the branches are going to change."""
    directories = {tree for branch in changes.values() for tree in branch.directories.values()}
    return trees.root_of(commit, sorted(directories))
