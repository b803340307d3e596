"""Parses the output of git merge-tree: a tree, or which files conflict, how, and in which lines.

The format is that of `git merge-tree --write-tree -z` (git-merge-tree(1), OUTPUT).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestra_core.text import clean
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository

_EXCERPT_LINES = 24
_LINE_LIMIT = 200  # characters
# Where one side has a directory, git merges the other's file under a name with its side's commit.
_ASIDE = re.compile(r"~[0-9a-f]{40}(?:[0-9a-f]{24})?(?:_\d+)?$")
_KIND = re.compile(r"CONFLICT \(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """One file in which two sides conflict: git's word for the kind, and the conflicting lines."""

    file: str
    kind: str  # content, add/add, modify/delete, rename/delete, binary, …
    between: tuple[str, str]  # two chambers, or "base" and a chamber
    lines: str


@dataclass(frozen=True, slots=True)
class MergedTree:
    """The tree of a merge; `kinds` is empty when it is clean, else file → kind of conflict."""

    tree: str
    kinds: Mapping[str, str]


def merge_trees(
    repo: Repository, ours: str, theirs: str, env: Mapping[str, str] | None = None
) -> MergedTree:
    """Merge two commits in the object database; raises GitFailed when git cannot attempt it."""
    result = repo.run("merge-tree", "--write-tree", "-z", ours, theirs, env=env)
    if result.status not in (0, 1):
        raise GitFailed(f"git could not merge {theirs[:12]} into {ours[:12]}: {result.failure}")
    return parse_merge(result.out, conflicted=result.status == 1)


def parse_merge(answer: str, *, conflicted: bool) -> MergedTree:
    """Parse the tree and the conflicts of one merge."""
    parts = iter(answer.split("\0"))
    tree = next(parts)
    return MergedTree(tree, _kinds(parts) if conflicted else {})


def parse_merges(answers: str) -> Iterator[MergedTree]:
    """Yield the merges of `merge-tree --stdin`; there 1 means clean, and a NUL ends each merge."""
    parts = iter(answers.split("\0"))
    for status in parts:
        if not status.strip():
            return
        tree = next(parts)
        if status == "1":
            next(parts)
            yield MergedTree(tree, {})
        else:
            yield MergedTree(tree, _kinds(parts))


def _kinds(parts: Iterator[str]) -> dict[str, str]:
    """Parse the conflicting files and git's message on each, up to the closing NUL.

    If a submodule is among them, git prints advice before that NUL.
    """
    kinds = {_own_name(entry.split("\t", 1)[1]): "content" for entry in iter(parts.__next__, "")}
    for count in parts:
        if not count.isdecimal():
            break
        paths = [_own_name(next(parts)) for _ in range(int(count))]
        stable, said = next(parts), next(parts)
        kind = _KIND.search(said) or _KIND.search(stable)
        if kind and kinds.get(paths[0]) != "binary":  # it comes before the file's "add/add"
            kinds[paths[0]] = kind[1]
    return kinds


def _own_name(path: str) -> str:
    return _ASIDE.sub("", path)


def excerpt(
    repo: Repository,
    tree: str,
    file: str,
    sides: Mapping[str, str],
    env: Mapping[str, str] | None = None,
) -> str:
    """Return the file's first conflicting lines; `sides` gives the names in git's markers."""
    result = repo.run("cat-file", "blob", f"{tree}:{file}", env=env)
    return first_conflict_lines(result.out, sides) if result.status == 0 else ""


def first_conflict_lines(text: str, sides: Mapping[str, str]) -> str:
    """Return the lines from the first `<<<<<<<` to its `>>>>>>>`, at most 24; "" when none."""
    shown_lines: list[str] = []
    for line in text.splitlines():
        if shown_lines or line.startswith("<<<<<<< "):
            shown_lines.append(clean(_with_side_names(line, sides))[:_LINE_LIMIT])
        if shown_lines and line.startswith(">>>>>>> "):
            break
    return "\n".join(_limited(shown_lines))


def _with_side_names(line: str, sides: Mapping[str, str]) -> str:
    if line.startswith(("<<<<<<< ", ">>>>>>> ")):
        for commit, name in sides.items():
            line = line.replace(commit, name)
    return line


def _limited(lines: Sequence[str]) -> Sequence[str]:
    if len(lines) <= _EXCERPT_LINES:
        return lines
    remaining = len(lines) - _EXCERPT_LINES
    return [*lines[:_EXCERPT_LINES], f"… {remaining} more lines"]
