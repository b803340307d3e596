"""The scratch worktree in which a clone's gates run, one after the other.

It is in the state directory, so that no configuration file above it belongs to the repository. It
is a separate repository that borrows the clone's objects: what a gate commits, or does to branches,
stays there.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.process.file_lock import is_locked, open_lock_file, try_lock_exclusive
from orchestra_server.git.gates.digest_of_names import digest_of_names
from orchestra_server.git.gates.remove_tree import remove_tree
from orchestra_server.git.gates.scratch_submodules import (
    drop_changed_submodules,
    fill_scratch_submodules,
)
from orchestra_server.git.process.foreign_programs import tell_wait
from orchestra_server.git.process.run import GitFailed, git_output
from orchestra_server.git.process.run_command import end_strays
from orchestra_server.git.repository.repository import Repository

_FOLDER = "gates"
_KEY = 16  # hex digits
_LOOK = 0.05  # seconds between two attempts to take it
_UNUSED_SECONDS = 7 * 86_400
# These override the clone's configuration, which the command includes before them: its filters and
# line ends apply. Its hooks, its file monitor, settings of one worktree, and settings that could
# miss a changed file do not.
_SETTINGS = (
    "-c", "core.bare=false", "-c", "core.sparseCheckout=false", "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null", "-c", "core.splitIndex=false", "-c", "advice.detachedHead=0",
    "-c", "core.ignoreStat=false", "-c", "core.trustctime=true", "-c", "core.checkStat=default",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScratchWorktree:
    """A worktree that only its holder uses; `place` is the folder with its files."""

    repo: Repository
    place: Path

    @property
    def path(self) -> Path:
        """The working tree, named like the repository's."""
        return self.place / (self.repo.top.name or "tree")

    @property
    def prepared(self) -> Path:
        """The file that says what it was prepared for, and which paths that made."""
        return self.place / "prepared.json"

    @property
    def _own(self) -> Path:
        """The git directory used for the checkout: no gate can change its index."""
        return self.place / "own.git"

    @property
    def _gates(self) -> Path:
        """The git directory that gates see."""
        return self.path / ".git"

    @property
    def _index(self) -> Path:
        return self._own / "index"

    @property
    def _listed(self) -> Path:
        """The file with a digest of the names that existed after the checkout."""
        return self.place / "listed"

    def check_out(self, commit: str, objects: Sequence[Path], keep: Sequence[str]) -> None:
        """Make it the commit's tree, with nothing else but the `keep` paths.

        `objects` are the directories in which git finds the commit. Raises GitFailed.
        """
        try:
            self._check_out(commit, objects, keep)
        except GitFailed:  # a process was killed while working in it
            self.delete()
            self._check_out(commit, objects, keep)

    def delete(self) -> None:
        """Delete the working tree and what it was prepared for."""
        self.prepared.unlink(missing_ok=True)
        remove_tree(self._own)
        remove_tree(self.path)

    def others(self) -> list[str]:
        """Return the paths that the tree does not have; a whole folder counts as one."""
        listed = self._git("ls-files", "--others", "--directory", "-z")
        return [path for path in listed.split("\0") if path]

    def _check_out(self, commit: str, objects: Sequence[Path], keep: Sequence[str]) -> None:
        if not ((self._own / "HEAD").exists() and (self._gates / "HEAD").exists()):
            self.delete()
            self._make()
        for git_dir in (self._own, self._gates):
            (git_dir / "index.lock").unlink(missing_ok=True)
            info = git_dir / "objects" / "info"
            info.mkdir(parents=True, exist_ok=True)
            listed = b"".join(os.fsencode(path) + b"\n" for path in objects)
            (info / "alternates").write_bytes(listed)
        if self._index.exists():
            drop_changed_submodules(self.path, commit, self._git)
            self._clean(keep)
        self._git("read-tree", "--reset", "-u", f"{commit}^{{tree}}")
        shutil.copyfile(self._index, self._gates / "index")
        (self._gates / "HEAD").write_text(f"{commit}\n", encoding="ascii")
        fill_scratch_submodules(self.repo, self.path)
        self._listed.write_text(digest_of_names(self.path, keep), encoding="ascii")

    def _make(self) -> None:
        self.path.mkdir(parents=True)
        form = self.repo.git("rev-parse", "--show-object-format").strip()
        init = ("init", "-q", "--template=", f"--object-format={form}")
        git_output(self.place, *init, "--bare", str(self._own))
        env = {"GIT_DIR": str(self._gates), "GIT_WORK_TREE": str(self.path)}
        git_output(self.path, *init, env=env)

    def _clean(self, keep: Sequence[str]) -> None:
        """Delete what the tree does not have; git is asked only if a gate has left something."""
        listed = self._listed.read_text("ascii") if self._listed.exists() else ""
        self._listed.unlink(missing_ok=True)
        if listed and listed == digest_of_names(self.path, keep):
            return
        excluded = [word for path in keep for word in ("-e", f"/{path}")]
        self._git("clean", "-ffdxq", *excluded)

    def _git(self, *args: str) -> str:
        env = {"GIT_DIR": str(self._own), "GIT_WORK_TREE": str(self.path)}
        common_dir = self.repo.common_dir
        own = ("-c", f"include.path={common_dir / 'config'}", "-c", f"lfs.storage={common_dir}/lfs")
        return git_output(self.path, *own, *_SETTINGS, *args, env=env)


def gates_folder(state_dir: Path, common_dir: Path) -> Path:
    """Return the folder for the files of a clone's gates."""
    digest = hashlib.sha256(os.fsencode(common_dir)).hexdigest()[:_KEY]
    return state_dir / _FOLDER / digest


@contextmanager
def take_scratch(
    repo: Repository, state_dir: Path, *, waits_for: str, low_priority: bool
) -> Generator[ScratchWorktree]:
    """Hold the clone's scratch worktree; wait for another holder. Blocking.

    A holder with `low_priority` gives way to a caller without it. Raises Refused if the caller gave
    up.
    """
    place = gates_folder(state_dir, repo.common_dir)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    (place / "clone").write_bytes(os.fsencode(repo.common_dir))
    descriptor, wish = open_lock_file(place / "lock"), -1
    begun = time.monotonic()
    try:
        while not try_lock_exclusive(descriptor):
            if not low_priority and wish < 0:
                wish = open_lock_file(_wish(place))
                try_lock_exclusive(wish)
            if not tell_wait(f"another gate to end, before {waits_for}", time.monotonic() - begun):
                raise Refused(f"{waits_for} was cancelled before it began")
            time.sleep(_LOOK)
        if wish >= 0:
            os.close(wish)
            wish = -1
        scratch, in_use = ScratchWorktree(repo, place), place / "in-use"
        if in_use.exists():  # left by a killed process, perhaps while its gate ran
            end_strays(scratch.path)
        in_use.touch()
        yield scratch
        in_use.unlink(missing_ok=True)
    finally:
        for held in (wish, descriptor):
            if held >= 0:
                os.close(held)


def is_wanted(repo: Repository, state_dir: Path) -> bool:
    """Tell whether somebody without low priority waits for the scratch worktree."""
    return is_locked(_wish(gates_folder(state_dir, repo.common_dir)))


def sweep_scratch(state_dir: Path) -> list[Path]:
    """Delete the files of clones that are gone, or had no gate for a week."""
    swept = list[Path]()
    with suppress(OSError):
        for place in (state_dir / _FOLDER).iterdir():
            with suppress(OSError):
                clone = Path(os.fsdecode((place / "clone").read_bytes()))
                age = time.time() - (place / "clone").stat().st_mtime
                unused = age > _UNUSED_SECONDS and not is_locked(place / "lock")
                if unused or not clone.exists():
                    remove_tree(place)
                    swept.append(place)
    return swept


def _wish(place: Path) -> Path:
    return place / "wanted"
