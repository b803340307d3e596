"""Reads what commits changed since the commit that they fork from, and compares such changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.index_copy import split_nul

_TREE_MODE = "040000"
# Includes submodules whose changes .gitmodules says to ignore.
_DIFF_TREE = ("diff-tree", "-r", "-t", "-z", "--raw", "--no-renames", "--ignore-submodules=none")


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a tree: a file, a link, a submodule's commit or a directory."""

    mode: str
    object_id: str


@dataclass(slots=True)
class TreeChanges:
    """Changed paths with their new entries, None where deleted.

    `directories` maps each changed directory to its tree before the change; `removed` has those
    that are gone.
    """

    files: dict[str, TreeEntry | None] = field(default_factory=dict[str, TreeEntry | None])
    directories: dict[str, str] = field(default_factory=dict[str, str])
    removed: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class ChangedPaths:
    """The paths that one side of a merge has changed so far."""

    files: set[str] = field(default_factory=set[str])
    above: set[str] = field(default_factory=set[str])  # the directories that hold them
    removed: set[str] = field(default_factory=set[str])

    def add(self, changes: TreeChanges) -> None:
        """Add the paths of these changes."""
        self.files.update(changes.files)
        self.removed |= changes.removed
        for path in changes.files:
            self.above.update(directories_above(path))

    def is_disjoint(self, changes: TreeChanges) -> bool:
        """Tell whether merging means no more than taking the changes of both sides.

        No path may be changed on both sides, or be a file on one and a directory on the other. Nor
        may a side have changed something in a directory that the other has removed: git would look
        for the directory's new name. Then no rename matters either: git follows one only where the
        other side has changed the file or something in its directory.
        """
        if changes.removed & self.above:
            return False
        for path in changes.files:
            above = directories_above(path)
            if path in self.files or path in self.above:
                return False
            if any(directory in self.files or directory in self.removed for directory in above):
                return False
        return True


def directories_above(path: str) -> list[str]:
    """Return the directories that a path is in, the lowest first, without the top."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def read_changes(repo: Repository, before: str, after: str) -> TreeChanges:
    """Return what changed between two trees or commits."""
    return _parse(iter(split_nul(repo.git(*_DIFF_TREE, before, after))))


def read_changes_of(repo: Repository, forks: Mapping[str, str]) -> dict[str, TreeChanges]:
    """Return what each commit changed since its fork, read by one git process.

    `forks` maps commits to the commits that they fork from.
    """
    stdin = "".join(f"{commit} {fork}\n" for commit, fork in forks.items())
    changes = {commit: TreeChanges() for commit in forks}
    if forks:
        parts = split_nul(repo.git(*_DIFF_TREE, "--stdin", stdin=stdin))
        for commit, fields in _by_commit(parts):
            changes[commit] = _parse(iter(fields))
    return changes


def _by_commit(parts: Sequence[str]) -> Iterable[tuple[str, list[str]]]:
    """Split the output at its commit lines; a commit without changes has no such line."""
    commit, fields = "", list[str]()
    at = 0
    while at < len(parts):
        if parts[at].startswith(":"):
            fields += parts[at : at + 2]
            at += 2
            continue
        if commit:
            yield commit, fields
        commit, fields = parts[at], []
        at += 1
    if commit:
        yield commit, fields


def _parse(fields: Iterable[str]) -> TreeChanges:
    """Parse pairs of `:mode mode object object status` and path."""
    changes = TreeChanges()
    pairs = iter(fields)
    for columns, path in zip(pairs, pairs, strict=True):
        mode_before, mode, object_before, object_id, status = columns.removeprefix(":").split()
        is_tree = _TREE_MODE in {mode_before, mode}
        if not is_tree:
            changes.files[path] = None if status == "D" else TreeEntry(mode, object_id)
            continue
        if status == "D":
            changes.removed.add(path)
        if status != "A":
            changes.directories[path] = object_before
    return changes
