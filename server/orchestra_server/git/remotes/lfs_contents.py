"""Puts the contents of Git LFS files where another clone finds them: commits hold only pointers.

The person's `pre-push` hook would do that, but Orchestra's own pushes run no hooks.
"""

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import run_programs
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import ceiling_env
from orchestra_server.git.remotes.published_refs import ASKS_NOBODY
from orchestra_server.git.repository.repository import Repository


def publish_lfs_contents(repo: Repository, remote: str, commit: str) -> None:
    """Send the LFS contents of a commit's history that the remote lacks; blocking.

    If nothing is new, the remote is not asked. Raises Refused with git-lfs's error.
    """
    if not (repo.common_dir / "lfs" / "objects").is_dir():
        return  # this clone never had a file in LFS
    new = _run(repo, "push", "--dry-run", remote, commit)
    if not new.status and not new.out.strip():
        return
    sent = new if new.status else _run(repo, "push", remote, commit)
    if sent.status:
        raise Refused(f"the remote {remote} did not take the Git LFS files: {sent.failure}")


def _run(repo: Repository, *args: str) -> GitResult:
    environ = {**ceiling_env(repo.top), **ASKS_NOBODY}
    return run_programs(repo.top, "lfs", *args, waits_for=f"git lfs {args[0]}", env=environ)
