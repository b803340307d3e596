"""A tree that is edited in memory, and the trees of all its states written by one git process."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestra_server.git.merge.in_memory.tree_changes import (
    TreeChanges,
    TreeEntry,
    directories_above,
)
from orchestra_server.git.merge.in_memory.write_objects import (
    NewObject,
    new_object,
    write_objects,
)
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository

_TREE_MODE = "40000"
_TYPES = {_TREE_MODE: "tree", "160000": "commit"}
_MODES = frozenset((_TREE_MODE, "160000", "100644", "100755", "120000"))
_FILE_NAMES = (sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())  # os.fsencode's
Entries = dict[str, TreeEntry]


class OddTreeError(Exception):
    """A tree that git itself would write differently when it changes an entry."""


@dataclass(slots=True)
class TreeObjects:
    """Trees that were read or made; the made ones are to be put into the repository."""

    repo: Repository
    _entries: dict[str, Entries] = field(default_factory=dict[str, Entries])
    _roots: dict[str, str] = field(default_factory=dict[str, str])  # by commit
    _made: dict[str, NewObject] = field(default_factory=dict[str, NewObject])

    def root_of(self, commit: str, trees: Iterable[str] = ()) -> str:
        """Return the tree of a commit; read it, and the `trees` that are needed with it."""
        wanted = [tree for tree in trees if tree not in self._entries]
        if wanted or commit not in self._roots:
            self._roots[commit] = self._read([f"{commit}^{{tree}}", *wanted])[0]
        return self._roots[commit]

    def entries(self, tree: str) -> Entries:
        """Return what a tree contains, to be copied before it is changed; raises OddTreeError."""
        if tree not in self._entries:
            self._read([tree])
        return self._entries[tree]

    def add(self, entries: Entries) -> str:
        """Return the name of the tree with these entries; raises OddTreeError without any."""
        if not entries:
            raise OddTreeError("it is empty")
        content = _content(entries)
        tree = new_object("tree", content, next(iter(entries.values())).object_id)
        if tree.name not in self._entries:
            self._entries[tree.name], self._made[tree.name] = dict(entries), tree
        return tree.name

    def take_made(self) -> list[NewObject]:
        """Return the made trees, which the caller writes; odd ones are written by git here."""
        if not self._are_plain():
            self._write_by_git()
        made, self._made = [*self._made.values()], {}
        return made

    def write(self) -> None:
        """Write the made trees; raises GitFailed when git cannot, or names one differently."""
        write_objects(self.repo, self.take_made())

    def _are_plain(self) -> bool:
        made = (self._entries[tree].values() for tree in self._made)
        return all(entry.mode in _MODES for entries in made for entry in entries)

    def _write_by_git(self) -> None:
        stdin = "\0".join(_listed(self._entries[tree]) for tree in self._made)
        written = self.repo.git("mktree", "-z", "--batch", "--missing", stdin=stdin).split()
        if written != list(self._made):
            raise GitFailed(f"git mktree in {self.repo.top} wrote other trees than it was given")
        self._made = {}

    def _read(self, names: list[str]) -> list[str]:
        """Read trees, and return their names."""
        stdin = "".join(f"{name}\n" for name in names)
        output = os.fsencode(self.repo.git("cat-file", "--batch", stdin=stdin))
        trees, at = list[str](), 0
        while at < len(output):
            end = output.index(b"\n", at)
            words = output[at:end].decode("ascii", "replace").split()
            if words[1] != "tree":
                raise OddTreeError(" ".join(words))
            start, size = end + 1, int(words[2])
            self._entries[words[0]] = _parse(output[start : start + size], len(words[0]) // 2)
            trees.append(words[0])
            at = start + size + 1
        return trees


class EditedTree:
    """A tree that is changed step by step."""

    def __init__(self, objects: TreeObjects, root: str) -> None:
        self._objects = objects
        self._directories: dict[str, Entries] = {"": dict(objects.entries(root))}

    def apply(self, changes: TreeChanges) -> str:
        """Make the changes and return the new tree; raises OddTreeError with only some made."""
        deleted = [path for path, entry in changes.files.items() if entry is None]
        for path in deleted:
            folder, name = _split(path)
            self._directory(folder).pop(name, None)
        for path, entry in changes.files.items():
            if entry is not None:
                folder, name = _split(path)
                self._directory(folder)[name] = entry
        changed = {above for path in changes.files for above in directories_above(path)}
        for directory in sorted(changed, key=lambda path: path.count("/"), reverse=True):
            self._close(directory)
        return self._objects.add(self._directories[""])

    def _directory(self, path: str) -> Entries:
        """Return a directory's entries, {} if it does not exist."""
        if path not in self._directories:
            above, name = _split(path)
            entry = self._directory(above).get(name)
            is_directory = entry is not None and entry.mode == _TREE_MODE
            self._directories[path] = (
                dict(self._objects.entries(entry.object_id)) if entry and is_directory else {}
            )
        return self._directories[path]

    def _close(self, path: str) -> None:
        """Put a changed directory into its parent, or remove it there: git keeps no empty ones."""
        above, name = _split(path)
        entries, outer = self._directory(path), self._directory(above)
        if entries:
            outer[name] = TreeEntry(_TREE_MODE, self._objects.add(entries))
            return
        del self._directories[path]
        if name in outer and outer[name].mode == _TREE_MODE:
            del outer[name]


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def _content(entries: Mapping[str, TreeEntry]) -> bytes:
    """Return a tree's content, in git's order: a directory sorts as if its name ended with "/".

    A landing calls it twice for each chamber, so it does no more than it must.
    """
    rows = list[tuple[bytes, bytes]]()
    for name, entry in entries.items():
        file_name = name.encode(*_FILE_NAMES)
        row = b"%s %s\0%s" % (entry.mode.encode(), file_name, bytes.fromhex(entry.object_id))
        rows.append((file_name + b"/" if entry.mode == _TREE_MODE else file_name, row))
    rows.sort()
    return b"".join([row for _, row in rows])


def _listed(entries: Mapping[str, TreeEntry]) -> str:
    return "".join(
        f"{entry.mode} {_TYPES.get(entry.mode, 'blob')} {entry.object_id}\t{name}\0"
        for name, entry in entries.items()
    )


def _parse(content: bytes, id_bytes: int) -> Entries:
    """Parse a tree object: each entry is mode, name and a binary object id."""
    entries, at, count = Entries(), 0, 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        at = end + 1 + id_bytes
        entries[os.fsdecode(name)] = TreeEntry(mode.decode(), content[end + 1 : at].hex())
        count += 1
    if len(entries) != count or any(entry.mode not in _MODES for entry in entries.values()):
        raise OddTreeError("a tree has an entry twice, or one of an unknown kind")
    return entries
