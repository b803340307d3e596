"""Removes the remains of chambers that were never live, and frees their names."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from orchestra_core.models import Chamber
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers.chamber_lifecycle import failed
from orchestra_server.files.chamber.chamber_files import remove_provisions
from orchestra_server.git.process.foreign_programs import uncancelled
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.remove_saved_worktree import delete_branch, remove_worktree
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction

MAKER_DIED = "the process that was creating it died"


def remove_remains(repo: Repository, chambers: Sequence[Chamber]) -> None:
    """Remove worktrees and branches; no worker has used them, so they hold no work."""
    with uncancelled():
        _remove_remains(repo, chambers)


def _remove_remains(repo: Repository, chambers: Sequence[Chamber]) -> None:
    if not chambers:
        return
    registered = {worktree.path for worktree in list_worktrees(repo)}
    for chamber in chambers:
        path = Path(chamber.path)
        if path in registered:
            remove_provisions(path)
            shutil.rmtree(path, ignore_errors=True)
            remove_worktree(repo, path)
        delete_branch(repo, chamber.branch, chamber.base_commit)
        for folder in (path.parent, path.parent.with_name("workspaces")):
            with suppress(OSError):  # it contains other chambers
                folder.rmdir()


async def record_failure(context: Context, chambers: Sequence[Chamber], note: str) -> None:
    """Mark the chambers that are still 'creating' as failed, and free their names."""

    async def decide(reads: Reads) -> Decision[None]:
        read = [await reads.chamber(chamber.id) for chamber in chambers]
        ours = [chamber for chamber in read if chamber is not None and chamber.state == "creating"]
        change = failed(ours, note=note, at=context.clock(), actor=context.actor)
        return Decision(None, change)

    await run_transaction(context.store, decide)
