"""A tree that is edited in memory, and the trees of all its states written by one git process."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestra_server.git.merge.in_memory.tree_changes import (
    TreeChanges,
    TreeEntry,
    directories_above,
)
from orchestra_server.git.merge.in_memory.write_objects import write_objects
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository

_TREE_MODE = "40000"
_TYPES = {_TREE_MODE: "tree", "160000": "commit"}
_MODES = frozenset((_TREE_MODE, "160000", "100644", "100755", "120000"))
_SHA1_DIGITS = 40
Entries = dict[str, TreeEntry]


class OddTreeError(Exception):
    """A tree that git itself would write differently when it changes an entry."""


@dataclass(slots=True)
class TreeObjects:
    """Trees that were read or made; `write` puts the made ones into the repository."""

    repo: Repository
    _entries: dict[str, Entries] = field(default_factory=dict[str, Entries])
    _made: dict[str, Entries] = field(default_factory=dict[str, Entries])

    def root_of(self, commit: str, trees: Iterable[str] = ()) -> str:
        """Return the tree of a commit; read it, and the `trees` that are needed with it."""
        return self._read([f"{commit}^{{tree}}", *trees])[0]

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
        some_id = next(iter(entries.values())).object_id
        new_hash = hashlib.sha1 if len(some_id) == _SHA1_DIGITS else hashlib.sha256
        tree = new_hash(b"tree %d\0%s" % (len(content), content)).hexdigest()
        if tree not in self._entries:
            self._entries[tree] = self._made[tree] = dict(entries)
        return tree

    def write(self) -> None:
        """Write the made trees; raises GitFailed when git cannot, or names one differently."""
        if not self._made:
            return
        made = self._made.values()
        is_plain = all(entry.mode in _MODES for entries in made for entry in entries.values())
        written = write_objects(self.repo, "tree", map(_content, made)) if is_plain else []
        if not written:  # git no longer accepts what the repository has
            stdin = "\0".join(map(_listed, made))
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


def _by_git(item: tuple[str, TreeEntry]) -> bytes:
    """Sort a directory as if its name ended with a slash."""
    name, entry = item
    return os.fsencode(name) + (b"/" if entry.mode == _TREE_MODE else b"")


def _content(entries: Mapping[str, TreeEntry]) -> bytes:
    return b"".join(
        b"%s %s\0%s" % (entry.mode.encode(), os.fsencode(name), bytes.fromhex(entry.object_id))
        for name, entry in sorted(entries.items(), key=_by_git)
    )


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
