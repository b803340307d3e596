"""Puts the contents of Git LFS files where another clone finds them: commits hold pointers only.

The person's `pre-push` hook would do it, and a push of Orchestra's own runs no hooks.
"""

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import run_programs
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import ceiling_env
from orchestra_server.git.remotes.published_refs import ASKS_NOBODY
from orchestra_server.git.repository.repository import Repository


def publish_lfs_contents(repo: Repository, remote: str, commit: str) -> None:
    """Send what a commit's history has in Git LFS and the remote has not yet; blocking.

    Where nothing is new, the remote is not asked. Raises Refused with the words of git-lfs.
    """
    if not (repo.common_dir / "lfs" / "objects").is_dir():
        return  # no file of this clone was ever kept so
    new = _run(repo, "push", "--dry-run", remote, commit)
    if not new.status and not new.out.strip():
        return
    sent = new if new.status else _run(repo, "push", remote, commit)
    if sent.status:
        raise Refused(f"the remote {remote} did not take the Git LFS files: {sent.failure}")


def _run(repo: Repository, *args: str) -> GitResult:
    environ = {**ceiling_env(repo.top), **ASKS_NOBODY}
    return run_programs(repo.top, "lfs", *args, waits_for=f"git lfs {args[0]}", env=environ)
