"""Writes merge commits: unsigned ones through one git process, signed ones one after another."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from orchestra_server.git.process.foreign_programs import start_git
from orchestra_server.git.process.identity import (
    ORCHESTRA_IDENTITY,
    read_identity,
    signing_option,
)
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import GitFailed, ceiling_env
from orchestra_server.git.repository.repository import Repository

_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


class CommitWriter:
    """Makes the commits of one merge; asks git whose they are at the first one."""

    def __init__(
        self, repo: Repository, scratch: Path, write_trees: Callable[[], None], *, trial: bool
    ) -> None:
        self._repo = repo
        self._write_trees = write_trees
        self._scratch = scratch
        self._env: Mapping[str, str] = ORCHESTRA_IDENTITY if trial else {}
        self._trial = trial
        self._identity: tuple[str, str] | None = None
        self._signed: tuple[str, ...] = ()
        self._writer: _ObjectWriter | None = None

    def write(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Return the new commit; raises Refused where git has no identity."""
        if self._identity is None:
            self._identity = read_identity(self._repo.top, self._env)
            self._signed = ("--no-gpg-sign",) if self._trial else signing_option(self._repo.top)
        content = _commit_object(tree, parents, self._identity, message)
        if "--gpg-sign" in self._signed or not _is_plain(content):
            return self._commit_tree(tree, parents, message)
        if self._writer is None:
            self._writer = _ObjectWriter(self._repo, self._scratch)
        return self._writer.write(content)

    def close(self) -> None:
        """Wait for the end of git."""
        if self._writer is not None:
            self._writer.close()

    def _commit_tree(self, tree: str, parents: Sequence[str], message: str) -> str:
        self._write_trees()
        named = [part for parent in parents for part in ("-p", parent)]
        return self._repo.git(
            "-c", "i18n.commitEncoding=UTF-8",
            "commit-tree", tree, *named, *self._signed, "-F", "-",
            stdin=message, env=self._env,
        ).strip()  # fmt: skip


@contextmanager
def commit_writer(
    repo: Repository, write_trees: Callable[[], None] = lambda: None, *, trial: bool
) -> Generator[CommitWriter]:
    """Yield a writer of commits in the user's name, or for a `trial` in Orchestra's own.

    `write_trees` writes the commits' trees: git needs them before it makes a signed commit.
    """
    with tempfile.TemporaryDirectory(prefix="orchestra-commits-") as scratch:
        writer = CommitWriter(repo, Path(scratch), write_trees, trial=trial)
        try:
            yield writer
        finally:
            writer.close()


class _ObjectWriter:
    """One git process that writes each commit as soon as it is asked; it runs no hook or filter."""

    def __init__(self, repo: Repository, scratch: Path) -> None:
        self._directory = repo.top
        self._content = scratch / "commit"
        # Behind its first character a quoted path may hold anything, also a newline.
        self._line = os.fsencode(f'"{str(self._content).translate(_QUOTED)}"\n')
        self._err: BinaryIO = (scratch / "errors").open("w+b")
        self._process = start_git(
            repo.top, ("hash-object", "-t", "commit", "-w", "--no-filters", "--stdin-paths"),
            ceiling_env(repo.top),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._err,
        )  # fmt: skip

    def write(self, content: bytes) -> str:
        """Return the object's name once git has written it; raises GitFailed when git cannot."""
        self._content.write_bytes(content)
        given, answers = self._process.stdin, self._process.stdout
        answer = b""
        if given is not None and answers is not None:
            try:
                given.write(self._line)
                given.flush()
                answer = answers.readline()
            except BrokenPipeError:
                pass  # it has said why
        if not answer.endswith(b"\n"):
            raise GitFailed(f"git hash-object failed in {self._directory}: {self._failure()}")
        return answer.decode().strip()

    def close(self) -> None:
        """End the process by the end of its input."""
        self._process.communicate()
        self._err.close()

    def _failure(self) -> str:
        status = self._process.wait()
        self._err.seek(0)
        return GitResult(status, "", os.fsdecode(self._err.read())).failure


def _commit_object(
    tree: str, parents: Sequence[str], identity: tuple[str, str], message: str
) -> bytes:
    author, committer = identity
    lines = (
        f"tree {tree}",
        *(f"parent {parent}" for parent in parents),
        f"author {author}",
        f"committer {committer}",
        "",
        message,
    )
    return os.fsencode("\n".join(lines))


def _is_plain(content: bytes) -> bool:
    """Tell whether git would write it as it is: it refuses NUL, and mends what is not UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content
