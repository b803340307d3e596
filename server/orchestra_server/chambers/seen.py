"""What a chamber holds at this moment as one commit that no ref names, uncommitted work included.

Its objects go into a directory of their own beside the repository's, so that looking leaves
nothing in the repository; its worker's index is copied and never written.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from orchestra_server.chambers.identity import KEEPER
from orchestra_server.chambers.running import GitFailed, only_here, run_git
from orchestra_server.chambers.shadow import PLAIN, require_worktree

# With fixed dates the same work is the same commit, by which answers are remembered.
_FIXED = {
    **KEEPER,
    "GIT_AUTHOR_DATE": "2000-01-01T00:00:00+0000",
    "GIT_COMMITTER_DATE": "2000-01-01T00:00:00+0000",
}
# What `git add --ignore-errors` ends with when a file could not be read; the others are in.
_ALL_BUT_SOME = 1
Stamp = tuple[int, int, int]


@dataclass(slots=True)
class Scratch:
    """A directory for objects and copied indexes, wiped when begun and when closed."""

    directory: Path
    objects: Path  # the repository's own, where git looks for all else
    _stamps: dict[Path, Stamp] = field(default_factory=dict[Path, Stamp])

    def begin(self) -> None:
        """Start with nothing; what a process that died has left goes with it."""
        self.close()
        (self.directory / "objects" / "info").mkdir(parents=True)
        alternates = self.directory / "objects" / "info" / "alternates"
        alternates.write_bytes(bytes(self.objects) + b"\n")

    def close(self) -> None:
        """Leave no file behind."""
        self._stamps.clear()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def env(self) -> dict[str, str]:
        """Return what makes git write its objects here."""
        return {"GIT_OBJECT_DIRECTORY": str(self.directory / "objects")}

    def index_for(self, name: str, index: Path) -> Path:
        """Return the copy of a worktree's index, taken anew when its worker's git wrote it.

        The copy is kept between two looks, so that git need not read again what it has read.
        """
        copy = self.directory / f"index-{name}"
        found = index.stat()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if self._stamps.get(copy) != stamp or not copy.exists():
            shutil.copy2(index, copy)  # with its time, by which git tells racy entries
            self._stamps[copy] = stamp
        return copy


def see(scratch: Scratch, name: str, worktree: Path) -> str:
    """Return the commit of all a working tree holds but its ignored files; HEAD when clean.

    What cannot be read is left out. Raises Unavailable when it is no working tree any more.
    """
    require_worktree(worktree)
    env = {**only_here(worktree), **scratch.env}
    told = _git(worktree, env, "rev-parse", "--path-format=absolute",
                "--git-path", "index", "HEAD", "HEAD^{tree}")  # fmt: skip
    index, head, head_tree = told.removesuffix("\n").rsplit("\n", 2)
    env["GIT_INDEX_FILE"] = str(scratch.index_for(name, Path(index)))
    added = run_git(worktree, *PLAIN, "add", "--all", "--ignore-errors", env=env)
    if added.status not in (0, _ALL_BUT_SOME):
        raise GitFailed(f"git add failed in {worktree}: {added.words}")
    tree = _git(worktree, env, "write-tree").strip()
    if tree == head_tree:
        return head
    return _git(
        worktree, {**env, **_FIXED}, "commit-tree", tree, "-p", head, "-m", "seen", "--no-gpg-sign"
    ).strip()


def _git(worktree: Path, env: dict[str, str], *args: str) -> str:
    ran = run_git(worktree, *PLAIN, *args, env=env)
    if ran.status:
        raise GitFailed(f"git {args[0]} failed in {worktree}: {ran.words}")
    return ran.out
