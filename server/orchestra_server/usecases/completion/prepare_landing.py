"""Prepares a landing: commits open work, fetches that of other clones, and merges all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace as with_changes
from pathlib import Path
from types import MappingProxyType

from orchestra_server.git.merge.fast_forward import changed_files
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.upstream import behind_upstream
from orchestra_server.git.worktrees.recent_status import RecentStatus
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.begin_completion import BegunCompletion, WantedCompletion
from orchestra_server.usecases.completion.checks.confirmation import require_intended
from orchestra_server.usecases.completion.checks.orchestra_files_kept_out import (
    require_no_own_files,
)
from orchestra_server.usecases.completion.checks.other_clones import left_out_refusal
from orchestra_server.usecases.completion.merge_and_land import (
    PreparedLanding,
    bases_of,
    commit_chambers,
    merge_branches,
)
from orchestra_server.usecases.exchange.bring_here import BroughtWork, bring_here
from orchestra_server.usecases.exchange.plan_for_other_clones import PlanForOtherClones

_NOBODY: Mapping[str, str] = MappingProxyType({})


async def commit_open_work(
    repo: Repository,
    begun: BegunCompletion,
    wanted: WantedCompletion,
    recent: Mapping[Path, RecentStatus],
) -> list[ChamberBranch]:
    """Commit in the live chambers; a closing one is already merged, or is only to be saved."""
    if not wanted.merge:
        return []
    live = [chamber for chamber in begun.chambers if chamber.is_live]
    return await asyncio.to_thread(commit_chambers, repo, begun.task, live, wanted.summary, recent)


async def bring_wanted_here(
    context: Context,
    repo: Repository,
    begun: BegunCompletion,
    wanted: WantedCompletion,
    plan: PlanForOtherClones,
) -> BroughtWork:
    """Fetch the work of other clones' chambers; all of it, unless the call lands in part."""
    if not wanted.merge or not begun.others:
        return BroughtWork()
    brought = await bring_here(context, repo, begun.task, plan, wanted.summary)
    if brought.left_out and not wanted.partial:
        raise left_out_refusal(brought.left_out)
    return brought


async def prepare_trial(
    repo: Repository,
    begun: BegunCompletion,
    wanted: WantedCompletion,
    branches: Sequence[ChamberBranch],
    brought: BroughtWork,
) -> PreparedLanding:
    """Merge and check as for a landing, signing nothing; raises as `check_landing`."""
    merged = await merge_for_landing(repo, begun, wanted, branches, brought, trial=True)
    return await check_landing(repo, begun, wanted, None, merged)


async def merge_for_landing(
    repo: Repository,
    begun: BegunCompletion,
    wanted: WantedCompletion,
    branches: Sequence[ChamberBranch],
    brought: BroughtWork,
    *,
    without: Mapping[str, str] = _NOBODY,
    trial: bool = False,
    inputs: LandingInputs | None = None,
) -> PreparedLanding:
    """Merge the work in the object database.

    Chambers of `without` stay behind, each for a reason. A `trial` signs nothing.
    """
    everything = [*branches, *brought.branches]
    everything = [branch for branch in everything if branch.chamber not in without]
    bases, partial = bases_of([*begun.chambers, *begun.others]), wanted.partial
    landing = await asyncio.to_thread(
        merge_branches, repo, begun.task, everything, bases, wanted.summary,
        partial=partial, trial=trial, inputs=inputs,
    )  # fmt: skip
    rest = begun.passed_over if wanted.partial or not landing.conflicts else dict[str, str]()
    left_out = {**landing.left_out, **brought.left_out, **rest, **without}
    return with_changes(landing, left_out=left_out)


async def check_landing(
    repo: Repository,
    begun: BegunCompletion,
    wanted: WantedCompletion,
    inputs: LandingInputs | None,
    landing: PreparedLanding,
) -> PreparedLanding:
    """Return the landing with what moving and the answer need of it.

    Raises Refused for what must not land unasked.
    """
    chambers = [*begun.chambers, *begun.others]
    changes = asyncio.to_thread(changed_files, repo, landing.old, landing.commit)
    checks = [asyncio.to_thread(require_no_own_files, repo, landing, chambers, inputs)]
    if not wanted.confirmed:
        checks.append(asyncio.to_thread(require_intended, repo, landing, inputs))
    checked = asyncio.gather(*checks, return_exceptions=True)
    behind = asyncio.to_thread(behind_upstream, repo, begun.task.base_branch)
    changed, sentence = await asyncio.gather(changes, behind)
    for fault in await checked:
        if fault is not None:
            raise fault
    return with_changes(landing, behind=sentence, changes=tuple(changed))
