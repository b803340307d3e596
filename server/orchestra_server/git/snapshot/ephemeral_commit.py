"""Turns a chamber's present content, with uncommitted work, into a commit that no ref names.

Its objects go into a scratch directory, so that a snapshot leaves nothing in the repository; the
worker's index is copied and never written.
"""

import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from orchestra_core.errors import OrchestraError, Unavailable
from orchestra_server.domain.chambers.orchestra_files import all_pathspecs
from orchestra_server.git.process.failing_filters import around_failing_filters, without_filters
from orchestra_server.git.process.foreign_programs import map_watched
from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import GitFailed, ceiling_env, git_output, run_git
from orchestra_server.git.repository.find_orchestra_files import own_files_in
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import git_directory, require_worktree
from orchestra_server.git.snapshot.index_copy import PLAIN, split_nul
from orchestra_server.git.snapshot.stage_all import unstage

# With a fixed date the same work gives the same commit, which is the key of cached verdicts.
_NAME, _EMAIL = (ORCHESTRA_IDENTITY[f"GIT_AUTHOR_{part}"] for part in ("NAME", "EMAIL"))
_IDENTITY = f"{_NAME} <{_EMAIL}> 946684800 +0000"
_WHO_AND_WHEN = f"author {_IDENTITY}\ncommitter {_IDENTITY}\n\nseen\n"
_AT_ONCE = 4
_log = logging.getLogger(__name__)
# Status of `git add --ignore-errors` when a file could not be read; the others are added.
_SOME_UNREADABLE = 1
_ADDED = "add '"  # how its output lines begin, before the path
_ADD_ALL = ("add", "--all", "--sparse", "--ignore-errors", "--verbose")
Stamp = tuple[int, int, int]


@dataclass(slots=True)
class ScratchObjects:
    """A directory for objects and copied indexes, emptied at the beginning and when closed."""

    directory: Path
    objects: Path  # the repository's own, where git finds all others
    _stamps: dict[Path, Stamp] = field(default_factory=dict[Path, Stamp])

    def begin(self) -> None:
        """Start empty: delete what a dead process left."""
        self.close()
        (self.directory / "objects" / "info").mkdir(parents=True)
        alternates = self.directory / "objects" / "info" / "alternates"
        alternates.write_bytes(bytes(self.objects) + b"\n")

    def close(self) -> None:
        """Delete the directory."""
        self._stamps.clear()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def env(self) -> dict[str, str]:
        """Return the environment that makes git write its objects here."""
        return {"GIT_OBJECT_DIRECTORY": str(self.directory / "objects")}

    def index_for(self, name: str, index: Path) -> Path:
        """Return the copy of a worktree's index, copied again after the worker's git wrote it.

        The copy stays between calls, so that git need not read unchanged files again.
        """
        copy = self._copy_of(name)
        if not self.has_index(name, index):
            shutil.copy2(index, copy)  # with its time, by which git tells racy entries
            self._stamps[copy] = _stamp(index)
        return copy

    def has_index(self, name: str, index: Path) -> bool:
        """Tell whether the copy is of the index as it is now."""
        copy = self._copy_of(name)
        return self._stamps.get(copy) == _stamp(index) and copy.exists()

    def _copy_of(self, name: str) -> Path:
        return self.directory / f"index-{name}"


def _stamp(index: Path) -> Stamp:
    status = index.stat()
    return (status.st_mtime_ns, status.st_size, status.st_ino)


@dataclass(frozen=True, slots=True)
class RepositoryWithScratch(Repository):
    """A repository in which git also finds the scratch objects."""

    scratch: Mapping[str, str]

    def git(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        """Return what git prints; raises GitFailed with one line."""
        return Repository.git(self, *args, stdin=stdin, env={**self.scratch, **(env or {})})

    def run(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None) -> GitResult:
        """Run git where a failure is a result and not an error."""
        return Repository.run(self, *args, stdin=stdin, env={**self.scratch, **(env or {})})


def is_ephemeral(repo: Repository, commit: str) -> bool:
    """Tell whether a commit was made here of uncommitted work, and has no message of its own."""
    return f"\n{_WHO_AND_WHEN}" in repo.git("cat-file", "commit", commit)


@dataclass(frozen=True, slots=True)
class _HeadTree:
    commit: str
    tree: str


def snapshot_worktrees(
    scratch: ScratchObjects, repo: Repository, worktrees: Mapping[str, Path]
) -> dict[str, str]:
    """Return by name a commit of each working tree's content without its ignored files.

    For a clean one it is HEAD's commit. An unreadable file or working tree is left out, and
    logged.
    """
    heads = _heads(repo, worktrees)

    def tree_of(name: str) -> str:
        return _tree_of(scratch, name, worktrees[name])

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        seen = map_watched(pool, tree_of, heads)
        trees = {name: tree for name, tree in zip(heads, seen, strict=True) if tree}
    commits = {name: heads[name].commit for name in trees}
    open_work = [name for name, tree in trees.items() if tree != heads[name].tree]
    return commits | _commits(scratch, repo, heads, {name: trees[name] for name in open_work})


def _heads(repo: Repository, worktrees: Mapping[str, Path]) -> dict[str, _HeadTree]:
    """Read the HEADs of all worktrees with one git process, by git's names for them."""
    asked: dict[str, str] = {}
    for name, worktree in worktrees.items():
        try:
            require_worktree(worktree)
            asked[name] = f"worktrees/{git_directory(worktree).name}/HEAD"
        except Unavailable as fault:
            _log.debug("%s cannot be seen: %s", name, fault)
    if not asked:
        return {}
    stdin = "".join(f"{head}^{{commit}}\n{head}^{{tree}}\n" for head in asked.values())
    told = _lines(repo.run("cat-file", "--batch-check=%(objectname)", stdin=stdin), 2 * len(asked))
    pairs = zip(told[::2], told[1::2], strict=True)
    return {
        name: _HeadTree(commit, tree)
        for name, (commit, tree) in zip(asked, pairs, strict=False)  # empty when git failed
        if " " not in commit and " " not in tree  # "… missing"
    }


def _tree_of(scratch: ScratchObjects, name: str, worktree: Path) -> str:
    """Return the tree of a working tree, "" when it cannot be read."""
    try:
        workers_index = git_directory(worktree) / "index"
        is_new = not scratch.has_index(name, workers_index)
        index = scratch.index_for(name, workers_index)
        env = {**ceiling_env(worktree), **scratch.env, "GIT_INDEX_FILE": str(index)}

        def tree(failing: tuple[str, ...]) -> str:
            return _tree_without(failing, worktree, env, is_new=is_new)

        return around_failing_filters(worktree, tree)
    except (OrchestraError, OSError) as fault:
        _log.debug("%s cannot be seen: %s", name, fault)
        return ""


def _tree_without(
    filters: tuple[str, ...], worktree: Path, env: Mapping[str, str], *, is_new: bool
) -> str:
    settings = (*PLAIN, *without_filters(filters))
    added = run_git(worktree, *settings, *_ADD_ALL, env=env)
    if added.status not in (0, _SOME_UNREADABLE):
        raise GitFailed(f"git add failed in {worktree}: {added.failure}", added.err)
    git = partial(git_output, worktree, *settings, env=env)
    staged = split_nul(git("ls-files", "-z", "--", *all_pathspecs())) if is_new else []
    _leave_out_own_files(git, worktree, (*staged, *_added(added.out)))
    return git("write-tree").strip()


def _added(verbose: str) -> list[str]:
    """Return the paths that `git add --verbose` says it added; to ask git would cost more."""
    return [line[len(_ADDED) : -1] for line in verbose.splitlines() if line.startswith(_ADDED)]


def _leave_out_own_files(git: Callable[..., str], worktree: Path, paths: Sequence[str]) -> None:
    """Unstage those of the paths that are Orchestra's own and that HEAD lacks."""
    own = own_files_in(worktree, paths)
    if own:
        tracked = git("--literal-pathspecs", "ls-tree", "-r", "-z", "--name-only", "HEAD", *own)
        unstage(git, sorted(set(own) - set(split_nul(tracked))))


def _commits(
    scratch: ScratchObjects,
    repo: Repository,
    heads: Mapping[str, _HeadTree],
    trees: Mapping[str, str],
) -> dict[str, str]:
    """Write one commit on each HEAD, all in one process; the same work gives the same commit."""
    if not trees:
        return {}
    files: list[str] = []
    for name, tree in trees.items():
        file = scratch.directory / f"commit-{name}"
        file.write_text(f"tree {tree}\nparent {heads[name].commit}\n{_WHO_AND_WHEN}", "ascii")
        files.append(f"{file}\n")
    written = repo.run(
        "hash-object", "-t", "commit", "-w", "--no-filters", "--stdin-paths",
        stdin="".join(files), env=scratch.env,
    )  # fmt: skip
    return dict(zip(trees, _lines(written, len(trees)), strict=False))


def _lines(result: GitResult, expected: int) -> list[str]:
    """Return git's output lines; nothing when it failed, such as when the repository is gone."""
    lines = result.out.splitlines()
    if result.status == 0 and len(lines) == expected:
        return lines
    _log.debug("the repository cannot be read: %s", result.failure)
    return []
