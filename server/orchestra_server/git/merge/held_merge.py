"""Keeps a merge that no branch has yet from `git gc --prune=now`, by a ref of its own."""

from collections.abc import Iterable

from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.deleted_objects import is_by_deleted_objects, is_whole
from orchestra_server.git.repository.repository import Repository

HELD = "refs/orchestra/landing"


def hold_merge(repo: Repository, task_id: str, commit: str, lasting: Iterable[str]) -> bool:
    """Keep the commit and all that it holds beside the `lasting` commits.

    Return False, and hold nothing, where git has already deleted a part of it. Raises
    GitFailed where the ref cannot be written, because a hook refuses it for example. Blocking.
    """
    written = repo.run("update-ref", _ref(task_id), commit)
    if written.status:
        fault = GitFailed(
            f"{_ref(task_id)} could not be written, and nothing has landed: {written.failure}; "
            "a reference-transaction hook has to accept refs/orchestra/"
        )
        if is_by_deleted_objects(fault):
            return False
        raise fault
    if is_whole(repo, commit, lasting):
        return True
    release_merge(repo, task_id)
    return False


def release_merge(repo: Repository, task_id: str) -> None:
    """Let git collect the merge unless a branch has it; nothing need be held. Blocking."""
    repo.run("update-ref", "-d", _ref(task_id))


def _ref(task_id: str) -> str:
    return f"{HELD}/{task_id}"
