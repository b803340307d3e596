"""Writes merge commits: unsigned ones all at once, signed ones one after another."""

import hashlib
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from orchestra_server.git.merge.in_memory.write_objects import hash_objects
from orchestra_server.git.process.foreign_programs import submit_watched
from orchestra_server.git.process.identity import (
    ORCHESTRA_IDENTITY,
    read_identity,
    signing_option,
)
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository

_SHA1_DIGITS = 40
# A trial's time never changes, so that the same work gives the same commit.
_TRIAL_TIME = "946684800 +0000"
_TRIAL_IDENTITY = {
    **ORCHESTRA_IDENTITY,
    "GIT_AUTHOR_DATE": _TRIAL_TIME,
    "GIT_COMMITTER_DATE": _TRIAL_TIME,
}


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
        write_trees: Callable[[], None],
        ownership: Future[_Ownership],
        env: Mapping[str, str],
    ) -> None:
        self._repo = repo
        self._write_trees = write_trees
        self._env = env
        self._ownership = ownership
        self._unwritten: dict[str, bytes] = {}

    def write(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Return the new commit, which git has written; raises as `name` and `flush`."""
        commit = self.name(tree, parents, message)
        self.flush()
        return commit

    def name(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Return the name of a new commit that git has once `flush` has run.

        Raises Refused where git has no identity.
        """
        owned = self._ownership.result()
        content = _commit_object(tree, parents, owned.identity, message)
        if "--gpg-sign" in owned.signed or not _is_plain(content):
            self.flush()  # git looks for the parents
            return self._commit_tree(tree, parents, message, owned.signed)
        new_hash = hashlib.sha1 if len(tree) == _SHA1_DIGITS else hashlib.sha256
        commit = new_hash(b"commit %d\0%s" % (len(content), content)).hexdigest()
        self._unwritten[commit] = content
        return commit

    def flush(self) -> None:
        """Write the commits that are only named, after their trees; raises GitFailed."""
        self._write_trees()
        named, self._unwritten = self._unwritten, {}
        if not named:
            return
        ran = hash_objects(self._repo, "commit", named.values())
        if ran.status:
            raise GitFailed(f"git hash-object failed in {self._repo.top}: {ran.failure}")
        if ran.out.split() != list(named):
            raise GitFailed(f"git hash-object in {self._repo.top} wrote other commits than given")

    def _commit_tree(
        self, tree: str, parents: Sequence[str], message: str, signed: Sequence[str]
    ) -> str:
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

    `write_trees` writes the commits' trees, which the repository is to have first. At the end all
    commits are written.
    """
    env: Mapping[str, str] = _TRIAL_IDENTITY if trial else {}

    def read_ownership() -> _Ownership:
        if trial:
            return _trial_ownership()
        return _Ownership(read_identity(repo.top), signing_option(repo.top))

    with ThreadPoolExecutor(max_workers=1) as pool:
        ownership = submit_watched(pool, read_ownership)  # whatever the caller reads meanwhile
        writer = CommitWriter(repo, write_trees, ownership, env)
        yield writer
        writer.flush()


def _trial_ownership() -> _Ownership:
    who = "{GIT_COMMITTER_NAME} <{GIT_COMMITTER_EMAIL}> {GIT_COMMITTER_DATE}"
    identity = who.format_map(_TRIAL_IDENTITY)
    return _Ownership((identity, identity), ("--no-gpg-sign",))


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
