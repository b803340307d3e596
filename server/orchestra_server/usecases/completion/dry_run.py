"""Works out what completing a task would do, without doing any of it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from pathlib import Path

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.models import Chamber, Task
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.text import one_line
from orchestra_server.domain.gates.output_excerpt import failure_line
from orchestra_server.git.merge.fast_forward import blocked_files
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.merge.merge_tree import MergeConflict
from orchestra_server.git.process.foreign_programs import brief_programs
from orchestra_server.git.repository.is_merged import is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.upstream import behind_upstream
from orchestra_server.git.repository.writable import require_writable_repository
from orchestra_server.git.snapshot.uncommitted_work import UncommittedWork, read_uncommitted_work
from orchestra_server.git.worktrees.quarantine import require_movable
from orchestra_server.usecases.chambers.renamed_branches import renamed_branches, with_branches
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.common.lookups import task_in
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion import completion_reply
from orchestra_server.usecases.completion.begin_completion import WantedCompletion, repository_of
from orchestra_server.usecases.completion.checks.chosen_chambers import (
    chosen_of,
    passed_over,
    require_chosen,
)
from orchestra_server.usecases.completion.checks.confirmation import holds_in, unintended_in
from orchestra_server.usecases.completion.checks.orchestra_files_kept_out import own_files_fault
from orchestra_server.usecases.completion.merge_and_land import (
    bases_of,
    branch_without_directory,
    deleted_chambers,
    merge_branches,
    require_own_branch,
    tip_of,
)
from orchestra_server.usecases.concurrency.repository_lock import lock_repository
from orchestra_server.usecases.exchange.bring_here import fetch_published, planned_for_other_clones
from orchestra_server.usecases.exchange.plan_for_other_clones import PlanForOtherClones
from orchestra_server.usecases.gates.prove_landing import (
    known_judgement,
    names_failing_together,
    unjudged_note,
    untested_note,
)
from orchestra_server.usecases.health.observe_chamber import is_gone

_OUTPUT_SHOWN = 200  # characters of what a gate printed
_NO_OTHERS = PlanForOtherClones()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionPlan:
    """What would be committed, merged and saved in which chamber, and what would prevent it."""

    commits: tuple[tuple[str, tuple[str, ...]], ...] = ()  # chamber, files
    merged: tuple[str, ...] = ()
    conflicts: tuple[MergeConflict, ...] = ()
    blocked: tuple[str, ...] = ()  # the user's changed files that the landing would touch
    saved: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    returning: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    deleted: tuple[str, ...] = ()  # chambers whose directory and branch are gone
    unintended: tuple[str, ...] = ()  # new files that need confirmation
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])  # of other clones: why
    behind: str = ""  # a sentence where the branch lacks commits of its upstream
    gate_note: str = ""  # a sentence where gates run first, fail or are not trusted
    commit: str = ""  # of the merge; "" for one that would not move the branch


async def plan_without_changes(context: Context, wanted: WantedCompletion) -> CompletedTask:
    """Return the reply of a dry run."""
    repo = await repository_of(context, wanted.task_id)
    async with lock_repository(repo.common_dir, to_look=True):
        state = await context.store.snapshot(wanted.task_id)
        task = task_in(state, wanted.task_id)
        if task.is_over:
            return completion_reply.completed(task, state, again=True)
        require_chosen(state.chambers_of(task.id), wanted.only, merge=wanted.merge)
        chambers = chosen_of(state.chambers_of(task.id), wanted.only)
        live = [chamber for chamber in chambers if chamber.is_live]
        others = await planned_for_other_clones(context, repo, state, chambers)
        with brief_programs():
            plan = await asyncio.to_thread(
                plan_completion, repo, task, here_of(live, context.clone), others,
                commit=wanted.merge, partial=wanted.partial,
            )  # fmt: skip
        holds = [*holds_in(state, live, context.clock()), *others.holds]
        gate_note = await untested_note(context, repo) if plan.commit else ""
        plan = with_changes(plan, gate_note=gate_note)
        judgement = await known_judgement(context, repo, plan.commit) if plan.commit else None
        failed = judgement.failed if judgement is not None else None
        if judgement is not None and not judgement.is_whole:
            plan = with_changes(plan, gate_note=unjudged_note(state, live))
        if failed is not None:
            words = _failed_words(failed, names_failing_together(state, live))
            if wanted.again:
                plan = with_changes(plan, gate_note=f"{words}; it is run again")
            elif wanted.partial:
                plan = with_changes(plan, gate_note=f"{words}; only those land that pass")
            else:
                holds.append(words)
        onto = task.base_branch or await asyncio.to_thread(lambda: repo.head().commit)
    rest = passed_over(state.chambers_of(task.id), wanted.only)
    return completion_reply.planned(
        task, live, plan, holds, onto=onto, clone=context.clone, passed_over=rest
    )


def _failed_words(failed: GateVerdict, together: Sequence[str]) -> str:
    """Return the known result of a gate that fails on the work to land; no gate is run."""
    whose = f", and {' and '.join(together)} fail it together" if together else ""
    line = one_line(failure_line(failed.output), _OUTPUT_SHOWN)
    printed = f"; it printed: {line}" if line else ""
    return f"gate {failed.gate!r} is {failed.state} on exactly this work{whose}{printed}"


def plan_completion(
    repo: Repository,
    task: Task,
    chambers: Sequence[Chamber],
    others: PlanForOtherClones = _NO_OTHERS,
    *,
    commit: bool,
    partial: bool,
) -> CompletionPlan:
    """Return what completing would do with the live chambers; no branch, index or file changes.

    Hooks are not run, so it is unknown what they would refuse. Other clones are not asked: what
    they have published is fetched. Blocking.
    """
    try:
        require_writable_repository(repo)
    except OrchestraError as fault:
        return CompletionPlan(refusals=(str(fault),))
    chambers = with_branches(chambers, renamed_branches(repo, task, chambers))
    deleted = deleted_chambers(repo, chambers)
    works, refusals = _open_works(repo, [chamber for chamber in chambers if chamber not in deleted])
    if not commit:
        into = tip_of(repo, task)
        unmerged = (
            name
            for name, work in works.items()
            if work.files or not is_merged(repo, work.commit, into)
        )
        plan = CompletionPlan(saved=tuple(unmerged), refusals=tuple(dict.fromkeys(refusals)))
    else:
        left_out = dict(others.left_out)
        brought = fetch_published(repo, others, _published(others, left_out), left_out)
        refusals += [] if partial else [f"chamber {name!r} {why}" for name, why in left_out.items()]
        branches = [ChamberBranch(name, work.commit) for name, work in works.items()] + brought
        everyone = [*chambers, *others.chambers]
        plan = _landing(repo, task, branches, everyone, refusals, partial=partial)
        commits = tuple((name, work.files) for name, work in works.items() if work.files)
        plan = with_changes(plan, commits=commits, left_out=left_out if partial else {})
    return with_changes(
        plan,
        deleted=tuple(chamber.name for chamber in deleted),
        behind=behind_upstream(repo, task.base_branch),
    )


def _open_works(
    repo: Repository, chambers: Iterable[Chamber]
) -> tuple[dict[str, UncommittedWork], list[str]]:
    """Return each chamber's work by its name, and why some work cannot be read."""
    works: dict[str, UncommittedWork] = {}
    refusals: list[str] = []
    for chamber in chambers:
        try:
            works[chamber.name] = _open_work(repo, chamber)
        except OrchestraError as fault:
            refusals.append(str(fault))
    return works, refusals


def _open_work(repo: Repository, chamber: Chamber) -> UncommittedWork:
    path = Path(chamber.path)
    if is_gone(path):
        return UncommittedWork(branch_without_directory(repo, chamber).commit, ())
    require_movable(path)
    return read_uncommitted_work(repo, path, require_own_branch(repo, chamber))


def _published(others: PlanForOtherClones, left_out: dict[str, str]) -> list[Chamber]:
    """Return the chambers of other clones that have published something; the others are noted."""
    for chamber in others.asked:
        if not chamber.published:
            left_out[chamber.name] = (
                f"is in {others.places[chamber.name]}, which complete_task asks for its work; "
                "nothing of it is published yet"
            )
    return [chamber for chamber in others.chambers if chamber.published]


def _landing(
    repo: Repository,
    task: Task,
    branches: Sequence[ChamberBranch],
    chambers: Sequence[Chamber],
    refusals: list[str],
    *,
    partial: bool,
) -> CompletionPlan:
    try:
        bases = bases_of(chambers)
        ready = merge_branches(repo, task, branches, bases, "", partial=partial, trial=True)
    except Refused as fault:
        return CompletionPlan(refusals=(*refusals, str(fault)))
    blocked: tuple[str, ...] = ()
    try:
        blocked = blocked_files(repo, repo.top, task.base_branch, ready.old, ready.commit)
    except OrchestraError as fault:
        refusals.append(str(fault))
    own_files = own_files_fault(repo, ready, {chamber.name: chamber.path for chamber in chambers})
    refusals += [own_files] if own_files else []
    return CompletionPlan(
        merged=ready.order,
        conflicts=ready.conflicts,
        blocked=blocked,
        refusals=tuple(dict.fromkeys(refusals)),
        returning=ready.returning,
        unintended=unintended_in(repo, ready),
        commit=ready.commit if ready.moves else "",
    )
