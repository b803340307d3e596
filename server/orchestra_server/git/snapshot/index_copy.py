"""Reads a working tree through a copy of its index, without disturbing its worker."""

import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.process.failing_filters import around_failing_filters, without_filters
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.find_orchestra_files import is_ours
from orchestra_server.git.repository.worktree_status import (
    git_directory,
    read_status,
    require_no_repository,
    require_worktree,
)
from orchestra_server.git.snapshot.hidden_changes import hides_changes, unhide_changes
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES, IgnoredFiles
from orchestra_server.git.snapshot.in_progress_operation import read_operation
from orchestra_server.git.snapshot.stage_all import stage_all, unstage

# A copied index must not refer to the worktree's shared files, and mixed line endings must not keep
# work from being saved.
PLAIN = (
    *("-c", "core.splitIndex=false", "-c", "core.safecrlf=false"),
    *("-c", "advice.addEmbeddedRepo=false"),
)


@dataclass(frozen=True, slots=True)
class IndexCopy:
    """A working tree with a copy of its index; its git never touches the real one."""

    worktree: Path
    index: Path
    settings: tuple[str, ...] = PLAIN

    def git(self, *args: str, stdin: str = "") -> str:
        """Return what git prints on the copied index; raises GitFailed."""
        env = {"GIT_INDEX_FILE": str(self.index)}
        return git_output(self.worktree, *self.settings, *args, stdin=stdin, env=env)

    def untracked(self) -> list[str]:
        """Return untracked files that are not ignored; a nested repository ends with a slash."""
        listed = split_nul(self.git("ls-files", "--others", "--exclude-standard", "-z"))
        return [path for path in listed if not is_ours(self.worktree, path)]

    def ignored(self, skipped_patterns: Sequence[str]) -> list[str]:
        """Return the ignored files that no pattern matches, in the form of `untracked`."""
        all_ignored = self._list_ignored("--exclude-standard")
        if not skipped_patterns:
            return sorted(all_ignored)
        skipped = self._list_ignored(*(f"--exclude={pattern}" for pattern in skipped_patterns))
        return sorted(all_ignored - skipped)

    def _list_ignored(self, *rules: str) -> set[str]:
        return set(split_nul(self.git("ls-files", "--others", "--ignored", *rules, "-z")))


@dataclass(frozen=True, slots=True)
class WorktreeState:
    """A working tree's state as trees; `stages` are the index's unmerged entries."""

    head: str
    head_tree: str
    index_tree: str
    work_tree: str
    stages: tuple[str, ...]  # "mode object stage<TAB>path"
    operation: tuple[str, ...] = ()  # the operation in progress, from `read_operation`
    branch: str = ""  # "" on a detached HEAD
    unfiltered: tuple[str, ...] = ()  # filters that failed: `work_tree` has their files' own bytes

    @property
    def clean(self) -> bool:
        """Whether HEAD's commit contains everything."""
        same = self.head_tree == self.index_tree == self.work_tree
        return same and not self.stages and not self.operation


def split_nul(listed: str) -> list[str]:
    """Split a list in which git ended each item with NUL."""
    return listed.split("\0")[:-1]


@contextmanager
def copied_index(worktree: Path, unfiltered: Sequence[str] = ()) -> Generator[IndexCopy]:
    """Yield a working tree with a copy of its index; raises Unavailable if it is not one.

    Its git does without the filters named in `unfiltered`.
    """
    require_worktree(worktree)
    index = git_directory(worktree) / "index"
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        copy = Path(scratch) / "index"
        if index.exists():
            shutil.copy2(index, copy)  # with its time, by which git tells racy entries
        yield IndexCopy(worktree, copy, (*PLAIN, *without_filters(unfiltered)))


@contextmanager
def empty_index(worktree: Path) -> Generator[IndexCopy]:
    """Yield an empty index, to build a tree in."""
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        yield IndexCopy(worktree, Path(scratch) / "index")


def read_state(worktree: Path, *, ignored: IgnoredFiles = NO_IGNORED_FILES) -> WorktreeState:
    """Return a working tree's state; its blobs and trees are written to the object database.

    `ignored` says which ignored files count as work. So do changes in files that git was told to
    treat as unchanged. Git does without each required filter that fails. Raises Refused when the
    working tree contains a nested repository, of which git would keep only a pointer.
    """

    def read(failing: tuple[str, ...]) -> WorktreeState:
        return _read_state(worktree, ignored=ignored, hidden=True, unfiltered=failing)

    return around_failing_filters(worktree, read)


def read_state_to_commit(worktree: Path) -> WorktreeState:
    """Return the state that a commit would hold, which leaves hidden changes out.

    Raises GitFailed where a required filter fails, and as `read_state`.
    """
    return _read_state(worktree, ignored=NO_IGNORED_FILES, hidden=False, unfiltered=())


def _read_state(
    worktree: Path, *, ignored: IgnoredFiles, hidden: bool, unfiltered: tuple[str, ...]
) -> WorktreeState:
    standing = read_status(worktree, options=without_filters(unfiltered))
    admin = git_directory(worktree)
    seen = not hidden or not hides_changes(admin / "index", len(standing.commit) // 2)
    if standing.clean and not ignored.are_work and seen:
        tree = git_output(worktree, "rev-parse", f"{standing.commit}^{{tree}}").strip()
        operation = read_operation(worktree, admin)
        return WorktreeState(standing.commit, tree, tree, tree, (), operation, standing.branch)
    require_no_repository(worktree, standing.untracked)
    with copied_index(worktree, unfiltered) as index_copy:
        head, head_tree = index_copy.git("rev-parse", "HEAD", "HEAD^{tree}").split()
        unstage(index_copy.git, standing.own_files)
        index_tree, stages = _read_index(index_copy, head)
        if not seen:
            unhide_changes(worktree, index_copy.git)
        stage_all(index_copy.git, standing.own_files)
        if ignored.are_work:
            _add_ignored(index_copy, index_copy.ignored(ignored.skipped_patterns))
        work_tree = index_copy.git("write-tree").strip()
    operation = read_operation(worktree, admin)
    return WorktreeState(
        head, head_tree, index_tree, work_tree, stages, operation, standing.branch,
        unfiltered,
    )  # fmt: skip


def read_staged(top: Path, head: str, branch: str, admin: Path) -> WorktreeState:
    """Return the state of a worktree whose directory is gone: its HEAD and its index."""
    index_tree = head_tree = git_output(top, "rev-parse", f"{head}^{{tree}}").strip()
    stages: tuple[str, ...] = ()
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        if (admin / "index").exists():
            copy = shutil.copy2(admin / "index", Path(scratch) / "index")
            index_tree, stages = _read_index(IndexCopy(top, Path(copy)), head)
    operation = read_operation(top, admin)
    return WorktreeState(head, head_tree, index_tree, index_tree, stages, operation, branch)


def _read_index(index_copy: IndexCopy, head: str) -> tuple[str, tuple[str, ...]]:
    """Return the index as a tree and its unmerged entries, removing these from the copy."""
    stages = tuple(split_nul(index_copy.git("ls-files", "--unmerged", "-z")))
    if stages:
        paths = {stage.split("\t", 1)[1] for stage in stages}
        nothing = "0" * len(head)
        gone = "".join(f"0 {nothing}\t{path}\0" for path in sorted(paths))
        index_copy.git("update-index", "-z", "--index-info", stdin=gone)
    return index_copy.git("write-tree").strip(), stages


def _add_ignored(index_copy: IndexCopy, files: list[str]) -> None:
    require_no_repository(index_copy.worktree, files)
    if files:
        index_copy.git(
            "--literal-pathspecs", "add", "--force", "--sparse",
            "--pathspec-from-file=-", "--pathspec-file-nul",
            stdin="".join(f"{path}\0" for path in files),
        )  # fmt: skip
