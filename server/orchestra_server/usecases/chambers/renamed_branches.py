"""Follows renamed branches: a chamber keeps its branch, and its record gets the new name."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.models import Chamber, Task
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.git.repository.branch_tips import missing_branches
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.own_branch import renamed_branch
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction


def renamed_branches(repo: Repository, task: Task, chambers: Sequence[Chamber]) -> dict[str, str]:
    """Return the new names of renamed branches, by chamber id. Blocking."""
    own_chambers = here_of(chambers, clone_id(repo.common_dir))
    here = [own_chamber for own_chamber in own_chambers if own_chamber.is_live]
    missing = missing_branches(repo, [chamber.branch for chamber in here])
    renamed = dict[str, str]()
    for chamber in here:
        path = Path(chamber.path)
        if chamber.branch in missing and (path / ".git").exists():
            base, lands_on = chamber.base_commit, task.base_branch
            current = renamed_branch(repo, path, chamber.branch, base, lands_on)
            if current:
                renamed[chamber.id] = current
    return renamed


def with_branches(chambers: Sequence[Chamber], renamed: Mapping[str, str]) -> list[Chamber]:
    """Return the chambers with the new names of their branches."""
    return [
        replace(chamber, branch=renamed.get(chamber.id, chamber.branch)) for chamber in chambers
    ]


async def follow_branches(
    context: Context, repo: Repository, task: Task, chambers: Sequence[Chamber]
) -> list[Chamber]:
    """Record renamed branches and return the updated chambers."""
    renamed = await asyncio.to_thread(renamed_branches, repo, task, chambers)
    if renamed:
        await run_transaction(context.store, lambda reads: _record(context, reads, renamed))
    return with_branches(chambers, renamed)


async def _record(context: Context, reads: Reads, renamed: Mapping[str, str]) -> Decision[None]:
    changes = list[Change]()
    for chamber_id, branch in renamed.items():
        chamber = await reads.chamber(chamber_id)
        if chamber is not None and chamber.is_live and chamber.branch != branch:
            changes.append(
                chamber_lifecycle.on_branch(
                    chamber, branch, at=context.clock(), actor=context.actor
                )[1]
            )
    return Decision(None, chamber_lifecycle.together(changes))
