"""Random repositories: a base, and branches that change it in every way that git has."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from hypothesis import strategies as st

from tests.support.git.repositories import PLAIN_GIT, TestRepository, empty_repository

PATHS = (
    *("README", "app.py", "src/a.py", "src/b.py", "src/deep/c.py", "lib", "lib/x", "ü ☃"),
    *("data.bin", "run.sh", "-dash", "docs/a b.txt"),
)
_LINES = 12
_MODES = ("100644", "100755")


@dataclass(frozen=True)
class File:
    """One entry of a tree: a file, a link (120000) or a pointer to a commit (160000)."""

    mode: str
    content: bytes


Tree = Mapping[str, File]


@dataclass(frozen=True)
class Edit:
    """One change of a path; an impossible one changes nothing."""

    kind: str
    path: str
    other: str
    number: int

    def on(self, tree: Tree, side: str) -> Tree:
        """Return the tree after the change."""
        mark = f"{side} {self.number}"
        made = {
            "add": File(_MODES[0], text(mark)),
            "link": File("120000", f"to {self.number}".encode()),
            "pointer": File("160000", f"{self.number + 1:040d}".encode()),
        }.get(self.kind)
        present = tree.get(self.path)
        rest = {name: file for name, file in tree.items() if name != self.path}
        if made is not None:
            return put(tree, self.path, made)
        if present is None or self.kind == "delete":
            return rest
        if self.kind == "rename":
            return put(rest, self.other, present)
        return {**rest, self.path: self._changed(present, mark)}

    def _changed(self, file: File, mark: str) -> File:
        lines = file.content.splitlines(keepends=True)
        if file.mode not in _MODES or not lines:
            return file
        if self.kind == "mode":
            return replace(file, mode=_MODES[file.mode == _MODES[0]])
        if self.kind == "crlf":
            return replace(
                file, content=file.content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            )
        if self.kind == "binary":
            return replace(file, content=bytes(range(self.number)) + b"\0" + file.content)
        at = self.number % len(lines)
        if self.kind == "remove line":
            return replace(file, content=b"".join(lines[:at] + lines[at + 1 :]))
        lines[at] = mark.encode() + b"\n"
        return replace(file, content=b"".join(lines))


@dataclass(frozen=True)
class Plan:
    """A base and the changes of a few branches."""

    base: Tree
    branches: tuple[tuple[Edit, ...], ...]
    settings: tuple[str, ...]  # of git, such as merge.renormalize=true

    def trees(self) -> list[Tree]:
        """Return the branches' trees."""
        trees: list[Tree] = []
        for number, edits in enumerate(self.branches):
            tree = self.base
            for edit in edits:
                tree = edit.on(tree, f"branch {number}")
            trees.append(tree)
        return trees


def put(tree: Tree, path: str, file: File) -> Tree:
    """Return the tree with a file at a path; files that it excludes are removed."""
    above = {str(parent) for parent in PurePosixPath(path).parents}
    outside = {
        name: file
        for name, file in tree.items()
        if name not in above and not name.startswith(f"{path}/")
    }
    return {**outside, path: file}


def text(mark: str) -> bytes:
    return "".join(f"{mark} line {number}\n" for number in range(_LINES)).encode()


_KINDS = st.sampled_from(
    (
        *("add", "line", "line", "line", "remove line", "delete", "rename", "rename", "mode"),
        *("link", "binary", "pointer", "crlf"),
    )
)
_edits = st.builds(
    Edit, _KINDS, st.sampled_from(PATHS), st.sampled_from(PATHS), st.integers(0, _LINES - 1)
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Return a base of a few files, two or three branches, and settings of git's."""
    tree: Tree = {}
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=3, max_size=8, unique=True)):
        tree = put(tree, path, File(_MODES[0], text(path)))
    for edit in draw(st.lists(_edits, max_size=4)):
        tree = edit.on(tree, "base")
    attributes = draw(st.sampled_from((b"", b"", b"* text=auto\n", b"*.bin binary\n*.py -text\n")))
    if attributes:
        tree = put(tree, ".gitattributes", File(_MODES[0], attributes))
    branch = st.lists(_edits, min_size=1, max_size=5).map(tuple)
    branches = tuple(draw(st.lists(branch, min_size=2, max_size=3)))
    settings = draw(
        st.sampled_from(((), (), ("merge.renormalize=true",), ("merge.renames=false",)))
    )
    return Plan(tree, branches, settings)


def built(path: Path, plan: Plan) -> tuple[TestRepository, list[str]]:
    """Make the repository, checked out at its base, and return it with the branches' commits."""
    repository = empty_repository(path)
    for setting in plan.settings:
        repository.git("config", *setting.split("=", 1))
    commits = [plan.base, *plan.trees()]
    stream = b"".join(_commit(number, tree) for number, tree in enumerate(commits))
    subprocess.run(
        ["git", "-C", str(path), "fast-import", "--quiet"],
        input=stream,
        env={**os.environ, **PLAIN_GIT},
        check=True,
    )
    repository.git("reset", "--quiet", "--hard")
    return repository, _named(repository, range(1, len(commits)))


def _named(repository: TestRepository, numbers: Sequence[int]) -> list[str]:
    return repository.git("rev-parse", *(f"refs/heads/b{number}" for number in numbers)).split()


def _commit(number: int, tree: Tree) -> bytes:
    ref = f"refs/heads/b{number}" if number else "refs/heads/main"
    head = (
        f"commit {ref}\ncommitter Ada <ada@example.org> {1_790_000_000 + number} +0000\ndata 1\nx\n"
    )
    parent = "from refs/heads/main\n" if number else ""
    files = b"".join(_file(name, file) for name, file in sorted(tree.items()))
    return head.encode() + parent.encode() + b"deleteall\n" + files + b"\n"


def _file(name: str, file: File) -> bytes:
    if file.mode == "160000":
        return b"M 160000 %s %s\n" % (file.content, name.encode())
    data = b"data %d\n%s\n" % (len(file.content), file.content)
    return b"M %s inline %s\n%s" % (file.mode.encode(), name.encode(), data)
