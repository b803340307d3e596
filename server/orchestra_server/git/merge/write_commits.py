"""Writes merge commits: unsigned ones all at once, signed ones one after another."""

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from orchestra_server.git.merge.in_memory.write_objects import (
    NewObject,
    is_object_name,
    new_object,
    write_objects,
)
from orchestra_server.git.process.foreign_programs import submit_watched
from orchestra_server.git.process.identity import (
    ORCHESTRA_IDENTITY,
    read_identity,
    signing_option,
)
from orchestra_server.git.repository.repository import Repository

# A trial's time never changes, so that the same work gives the same commit.
_TRIAL_TIME = "946684800 +0000"
_TRIAL_IDENTITY = {
    **ORCHESTRA_IDENTITY,
    "GIT_AUTHOR_DATE": _TRIAL_TIME,
    "GIT_COMMITTER_DATE": _TRIAL_TIME,
}


@dataclass(frozen=True, slots=True)
class Ownership:
    """Author and committer, and the option by which git signs in their name."""

    identity: tuple[str, str]
    signed: tuple[str, ...]


class CommitWriter:
    """Makes the commits of one merge; `ownership` is being read meanwhile."""

    def __init__(
        self,
        repo: Repository,
        take_trees: Callable[[], list[NewObject]],
        ownership: Future[Ownership],
        env: Mapping[str, str],
    ) -> None:
        self._repo = repo
        self._take_trees = take_trees
        self._env = env
        self._ownership = ownership
        self._unwritten: list[NewObject] = []

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
        are_names = all(map(is_object_name, (tree, *parents)))
        if "--gpg-sign" in owned.signed or not are_names or not _is_plain(content):
            self.flush()  # git looks for the parents
            return self._commit_tree(tree, parents, message, owned.signed)
        commit = new_object("commit", content, tree)
        self._unwritten.append(commit)
        return commit.name

    def flush(self) -> None:
        """Write the commits that are only named, and the trees before them; raises GitFailed."""
        named, self._unwritten = self._unwritten, []
        write_objects(self._repo, [*self._take_trees(), *named])

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
    repo: Repository,
    take_trees: Callable[[], list[NewObject]] = list,
    *,
    trial: bool,
    ownership: Ownership | None = None,
) -> Generator[CommitWriter]:
    """Yield a writer of commits in the user's name, or for a `trial` in Orchestra's own.

    `take_trees` returns the trees that the repository is to have before them. At the end all of
    them are written. `ownership` is the user's, if it was read ahead.
    """
    env: Mapping[str, str] = _TRIAL_IDENTITY if trial else {}

    def owned() -> Ownership:
        return _trial_ownership() if trial else ownership or read_ownership(repo)

    with ThreadPoolExecutor(max_workers=1) as pool:
        owner = submit_watched(pool, owned)  # whatever the caller reads meanwhile
        writer = CommitWriter(repo, take_trees, owner, env)
        yield writer
        writer.flush()


def read_ownership(repo: Repository) -> Ownership:
    """Return in whose name the user's commits are made now; raises Refused without an identity."""
    return Ownership(read_identity(repo.top), signing_option(repo.top))


def _trial_ownership() -> Ownership:
    who = "{GIT_COMMITTER_NAME} <{GIT_COMMITTER_EMAIL}> {GIT_COMMITTER_DATE}"
    identity = who.format_map(_TRIAL_IDENTITY)
    return Ownership((identity, identity), ("--no-gpg-sign",))


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
    """Tell whether git would write it as it is: it refuses NUL, and repairs what is not UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content
