"""What a working tree holds, read through a copy of its index: its worker notices nothing."""

import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.process.run import git_in
from orchestra_server.git.repository.worktree_status import (
    git_directory,
    require_no_repository,
    require_worktree,
    standing_of,
)
from orchestra_server.git.snapshot.hidden_changes import hides_changes, show_hidden
from orchestra_server.git.snapshot.in_progress_operation import read_operation

# A copied index must not point back into the worktree's own daemons and shared files, and a
# mixture of line ends must not stop a person's work from being kept.
PLAIN = (
    "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false",
    "-c", "core.safecrlf=false", "-c", "advice.addEmbeddedRepo=false",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shadow:
    """A working tree with a copy of its index; its git never touches the real one."""

    worktree: Path
    index: Path

    def git(self, *args: str, feed: str = "") -> str:
        """Return what git prints on the copied index; raises GitFailed."""
        env = {"GIT_INDEX_FILE": str(self.index)}
        return git_in(self.worktree, *PLAIN, *args, feed=feed, env=env)

    def untracked(self) -> list[str]:
        """Return untracked, unignored files; a repository of its own ends with a slash."""
        return split(self.git("ls-files", "--others", "--exclude-standard", "-z"))

    def ignored(self, ours: Sequence[str]) -> list[str]:
        """Return ignored files but those that the patterns `ours` match, in untracked's form."""
        found = split(self.git("ls-files", "--others", "--ignored", "--exclude-standard", "-z"))
        patterns = [f"--exclude={pattern}" for pattern in ours]
        known = (
            split(self.git("ls-files", "--others", "--ignored", *patterns, "-z")) if ours else ()
        )
        return sorted(set(found).difference(known))


@dataclass(frozen=True, slots=True)
class State:
    """One moment of a working tree as trees; `stages` are the index's unmerged entries."""

    head: str
    head_tree: str
    index_tree: str
    work_tree: str
    stages: tuple[str, ...]  # "mode object stage<TAB>path"
    operation: tuple[str, ...] = ()  # what git has under way, as `read_operation` returns it
    branch: str = ""  # "" on a detached HEAD

    @property
    def clean(self) -> bool:
        """Whether HEAD's commit holds everything."""
        same = self.head_tree == self.index_tree == self.work_tree
        return same and not self.stages and not self.operation


def split(listed: str) -> list[str]:
    """Return the parts of a list that git ended with NUL each."""
    return listed.split("\0")[:-1]


@contextmanager
def shadow_of(worktree: Path) -> Generator[Shadow]:
    """Lend a working tree with a copy of its index; raises Unavailable when it is none."""
    require_worktree(worktree)
    index = git_directory(worktree) / "index"
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        copy = Path(scratch) / "index"
        if index.exists():
            shutil.copy2(index, copy)  # with its time, by which git tells racy entries
        yield Shadow(worktree, copy)


@contextmanager
def scratch_index(worktree: Path) -> Generator[Shadow]:
    """Lend an empty index, to build a tree in."""
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        yield Shadow(worktree, Path(scratch) / "index")


def read_state(worktree: Path, *, ours: Sequence[str] | None = None, hidden: bool = True) -> State:
    """Return what a working tree holds, with its blobs and trees written to the object database.

    Ignored files are no work, unless `ours` names those that are not: then all others are.
    `hidden` changes, of files that git was told to take for unchanged, are. Raises Refused for a
    repository inside it that git would keep only a pointer to.
    """
    standing = standing_of(worktree)
    admin = git_directory(worktree)
    seen = not hidden or not hides_changes(admin / "index", len(standing.commit) // 2)
    if standing.clean and ours is None and seen:
        tree = git_in(worktree, "rev-parse", f"{standing.commit}^{{tree}}").strip()
        operation = read_operation(worktree, admin)
        return State(standing.commit, tree, tree, tree, (), operation, standing.branch)
    require_no_repository(worktree, standing.untracked)
    with shadow_of(worktree) as shadow:
        head, head_tree = shadow.git("rev-parse", "HEAD", "HEAD^{tree}").split()
        index_tree, stages = _read_index(shadow, head)
        if not seen:
            show_hidden(worktree, shadow.git)
        shadow.git("add", "--all", "--sparse")
        if ours is not None:
            _add_ignored(shadow, shadow.ignored(ours))
        work_tree = shadow.git("write-tree").strip()
    operation = read_operation(worktree, admin)
    return State(head, head_tree, index_tree, work_tree, stages, operation, standing.branch)


def read_staged(top: Path, head: str, branch: str, admin: Path) -> State:
    """Return what is left of a worktree whose directory is gone: its HEAD and its index."""
    index_tree = head_tree = git_in(top, "rev-parse", f"{head}^{{tree}}").strip()
    stages: tuple[str, ...] = ()
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        if (admin / "index").exists():
            copy = shutil.copy2(admin / "index", Path(scratch) / "index")
            index_tree, stages = _read_index(Shadow(top, Path(copy)), head)
    operation = read_operation(top, admin)
    return State(head, head_tree, index_tree, index_tree, stages, operation, branch)


def _read_index(shadow: Shadow, head: str) -> tuple[str, tuple[str, ...]]:
    """Return the index as a tree and its unmerged entries, which are then no more in the copy."""
    stages = tuple(split(shadow.git("ls-files", "--unmerged", "-z")))
    if stages:
        paths = {stage.split("\t", 1)[1] for stage in stages}
        nothing = "0" * len(head)
        gone = "".join(f"0 {nothing}\t{path}\0" for path in sorted(paths))
        shadow.git("update-index", "-z", "--index-info", feed=gone)
    return shadow.git("write-tree").strip(), stages


def _add_ignored(shadow: Shadow, files: list[str]) -> None:
    require_no_repository(shadow.worktree, files)
    if files:
        shadow.git(
            "--literal-pathspecs", "add", "--force", "--sparse",
            "--pathspec-from-file=-", "--pathspec-file-nul",
            feed="".join(f"{path}\0" for path in files),
        )  # fmt: skip
