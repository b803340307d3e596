"""Writes merge commits: unsigned ones through one git process, signed ones one after another."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestra_server.git.merge.in_memory.write_objects import quoted_line
from orchestra_server.git.process.foreign_programs import start_git, submit_watched
from orchestra_server.git.process.identity import (
    ORCHESTRA_IDENTITY,
    read_identity,
    signing_option,
)
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import GitFailed, ceiling_env
from orchestra_server.git.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class _Ownership:
    """Author and committer, and the option by which git signs in their name."""

    identity: tuple[str, str]
    signed: tuple[str, ...]


class CommitWriter:
    """Makes the commits of one merge; `ownership` is being read meanwhile."""

    def __init__(
        self,
        repo: Repository,
        scratch: Path,
        write_trees: Callable[[], None],
        ownership: Future[_Ownership],
        env: Mapping[str, str],
    ) -> None:
        self._repo = repo
        self._write_trees = write_trees
        self._scratch = scratch
        self._env = env
        self._ownership = ownership
        self._writer: _ObjectWriter | None = None

    def write(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Return the new commit; raises Refused where git has no identity."""
        owned = self._ownership.result()
        content = _commit_object(tree, parents, owned.identity, message)
        if "--gpg-sign" in owned.signed or not _is_plain(content):
            return self._commit_tree(tree, parents, message, owned.signed)
        if self._writer is None:
            self._writer = _ObjectWriter(self._repo, self._scratch)
        return self._writer.write(content)

    def close(self) -> None:
        """Wait for the end of git."""
        if self._writer is not None:
            self._writer.close()

    def _commit_tree(
        self, tree: str, parents: Sequence[str], message: str, signed: Sequence[str]
    ) -> str:
        self._write_trees()
        named = [part for parent in parents for part in ("-p", parent)]
        return self._repo.git(
            "-c", "i18n.commitEncoding=UTF-8",
            "commit-tree", tree, *named, *signed, "-F", "-",
            stdin=message, env=self._env,
        ).strip()  # fmt: skip


@contextmanager
def commit_writer(
    repo: Repository, write_trees: Callable[[], None] = lambda: None, *, trial: bool
) -> Generator[CommitWriter]:
    """Yield a writer of commits in the user's name, or for a `trial` in Orchestra's own.

    `write_trees` writes the commits' trees: git needs them before it makes a signed commit.
    """
    env: Mapping[str, str] = ORCHESTRA_IDENTITY if trial else {}

    def read_ownership() -> _Ownership:
        identity = read_identity(repo.top, env)
        return _Ownership(identity, ("--no-gpg-sign",) if trial else signing_option(repo.top))

    with (
        ThreadPoolExecutor(max_workers=1) as pool,
        tempfile.TemporaryDirectory(prefix="orchestra-commits-") as scratch,
    ):
        ownership = submit_watched(pool, read_ownership)  # whatever the caller reads meanwhile
        writer = CommitWriter(repo, Path(scratch), write_trees, ownership, env)
        try:
            yield writer
        finally:
            writer.close()


class _ObjectWriter:
    """One git process that writes each commit as soon as it is asked; it runs no hook or filter."""

    def __init__(self, repo: Repository, scratch: Path) -> None:
        self._directory = repo.top
        self._content = scratch / "commit"
        self._line = os.fsencode(quoted_line(self._content))
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
