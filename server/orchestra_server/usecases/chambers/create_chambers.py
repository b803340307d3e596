"""create_chambers_batch: a worktree, branch, briefing and mailbox for each part of a task."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.errors import BadInput, OrchestraError, Refused, StoreUnavailable
from orchestra_core.models import Chamber, Task
from orchestra_core.names import branch_of, chamber_id, check_chamber_names, lock_reason
from orchestra_core.replies.chambers import CreatedChambers, OpenedChamber
from orchestra_core.store.reads import Reads
from orchestra_core.text import MESSAGE_LIMIT, one_line, optional
from orchestra_core.wording.gates import SETUP_UNTRUSTED, setup_words
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.files.chamber.link_check import OWN_FOLDERS, require_own_folders
from orchestra_server.files.hook_setup.hook_settings import briefs_subagents
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.repository.upstream import stale_base
from orchestra_server.git.repository.writable import (
    require_writable,
    require_writable_repository,
)
from orchestra_server.git.worktrees.add_and_list import (
    WorktreePlan,
    fill_worktrees,
    register_worktrees,
)
from orchestra_server.usecases.chambers.free_names import free_names
from orchestra_server.usecases.chambers.late_files import put_late_files_away
from orchestra_server.usecases.chambers.provision import probe_hooks, provision_chambers
from orchestra_server.usecases.chambers.rollback import record_failure, remove_remains
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.clones.whereabouts import require_here, require_sure, task_here
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.lookups import read_open_task
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.concurrency.answer_in_time import (
    answer_in_time,
    goes_on,
    waits_recorded,
)
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.concurrency.repository_lock import lock_repository
from orchestra_server.usecases.exchange.plan_for_other_clones import apart_sentences
from orchestra_server.usecases.gates.judge_base import judge_base
from orchestra_server.usecases.gates.prepare_chambers import set_up_chambers, with_ports
from orchestra_server.usecases.gates.prove_landing import known_judgement
from orchestra_server.usecases.workers.prompts import (
    PLACED,
    WORKER_TYPE,
    agent_id_of,
    worker_prompt,
)

_BATCH_LIMIT = 64
_SKELETON_LIMIT = 500
_BASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewBatch:
    names: tuple[str, ...]
    base: str
    briefs: Mapping[str, str]
    skeleton: tuple[str, ...]
    base_seconds: float


@dataclass(frozen=True, slots=True)
class _Reservation:
    """What the first change decided; `abandoned` chambers were left by a dead process."""

    task: Task
    chambers: list[Chamber]
    is_new: bool
    abandoned: list[Chamber]
    former: list[Chamber] = field(default_factory=list[Chamber])  # ended chambers with these names


async def create_chambers_batch(
    context: Context,
    *,
    task_id: str,
    chamber_names: Sequence[str],
    base: str = "",
    briefs: Mapping[str, str] | None = None,
    skeleton: Sequence[str] = (),
    base_seconds: float = _BASE_SECONDS,
) -> CreatedChambers:
    """Create all chambers or none; an already live batch gets the same reply again.

    `base` is a revision, by default the commit the task started at. `skeleton` lists paths that
    every chamber of the batch gets: a copy where the checkout has the file, else empty. If the
    gates have not judged the base yet, wait for them at most `base_seconds`.
    """
    wanted = _checked(chamber_names, base, briefs or {}, skeleton, base_seconds)

    def unfinished(waits_for: str, seconds: float) -> CreatedChambers:
        return CreatedChambers(
            task_id=task_id,
            already_live=False,
            chambers=[],
            notes=[],
            next_step=goes_on(waits_for, seconds, "create_chambers_batch"),
        )

    return await answer_in_time(
        f"{context.project.id} {task_id} create {wanted.names}",
        lambda: _create(context, task_id, wanted),
        announce=waits_recorded(context.store, task_id, context.clock, context.on_wait),
        unfinished=unfinished,
        patience=context.patience,
    )


def _checked(
    names: Sequence[str],
    base: str,
    briefs: Mapping[str, str],
    skeleton: Sequence[str],
    base_seconds: float,
) -> _NewBatch:
    if len(names) > _BATCH_LIMIT:
        raise BadInput(
            f"chamber_names has {len(names)} entries; at most {_BATCH_LIMIT} are created at once: "
            "split them into several calls"
        )
    checked = check_chamber_names(names)
    for name in briefs:
        if name not in checked:
            raise BadInput(
                f"briefs names {one_line(name, 63)!r}, which is not in chamber_names; "
                f"use these: {', '.join(checked)}"
            )
    if len(skeleton) > _SKELETON_LIMIT:
        raise BadInput(f"skeleton has {len(skeleton)} paths; name at most {_SKELETON_LIMIT}")
    return _NewBatch(
        names=checked,
        base=base.strip(),
        briefs={
            name: optional(f"the brief of {name}", text, MESSAGE_LIMIT)
            for name, text in briefs.items()
        },
        skeleton=tuple(skeleton),
        base_seconds=base_seconds,
    )


async def _create(context: Context, task_id: str, wanted: _NewBatch) -> CreatedChambers:
    await register_clone(context.store, context.project)
    require_sure(context)
    stored_task = await context.store.read(lambda reads: read_open_task(reads, task_id))
    task = await task_here(context, stored_task)
    repo = await asyncio.to_thread(open_repository, Path(task.working_directory))
    commit = await asyncio.to_thread(_base_commit, repo, task, wanted.base)
    await asyncio.to_thread(_require_writable_places, repo, task)
    async with lock_chambers(repo.common_dir, wanted.names):
        reservation = await _reserve(context, task.working_directory, task_id, wanted, commit)
        chambers, notes = reservation.chambers, list[str]()
        if reservation.is_new:
            try:
                chambers, notes = await _make(context, repo, reservation, wanted)
            except BaseException as fault:
                await _fail(context, reservation, fault)
                raise
    stale = await asyncio.to_thread(stale_base, repo, task.base_branch, commit)
    notes += [stale] if stale else []
    notes += await _base_notes(context, repo, commit)
    state = await show_change(context, task_id)
    others = [chamber for chamber in state.chambers_of(task_id) if chamber.is_live]
    notes += apart_sentences(state, context.clone, others, context.clock())
    return _reply(
        reservation.task,
        chambers,
        others,
        notes,
        already_live=not reservation.is_new,
        briefs=briefs_subagents(context.project.main_checkout),
    )


async def _base_notes(context: Context, repo: Repository, commit: str) -> list[str]:
    """Return a note if the gates fail the chambers' base commit, or have not judged it yet."""
    judgement = await known_judgement(context, repo, commit)
    if judgement is None or judgement.passes:
        return []
    if (failed := judgement.failed) is None:
        return ["no gate has judged the commit that they begin at yet; the chambers show it"]
    return [f"gate {failed.gate!r} is {failed.state} on the commit that they begin at"]


def _base_commit(repo: Repository, task: Task, base: str) -> str:
    if base:
        return repo.resolve(base)
    try:
        return repo.resolve(task.base_commit)
    except BadInput as fault:
        raise Refused(
            f"the commit {task.base_commit[:12]} that task {task.id!r} began at is not in this "
            "clone: push it where the task was started and pull it here, or give another base"
        ) from fault


def _require_writable_places(repo: Repository, task: Task) -> None:
    """Raise Unavailable if git's directory or the folder of chambers cannot be written.

    Raises Refused if a link leads that folder elsewhere.
    """
    directory = Path(task.working_directory)
    require_own_folders(repo.top, *(directory / folder for folder in OWN_FOLDERS))
    require_writable_repository(repo)
    require_writable(directory / ".claude" / "worktrees")


async def _reserve(
    context: Context, directory: str, task_id: str, wanted: _NewBatch, commit: str
) -> _Reservation:

    async def decide(reads: Reads) -> Decision[_Reservation]:
        task = await read_open_task(reads, task_id)
        task = replace(task, working_directory=directory)
        read = [await reads.chamber(chamber_id(task_id, name)) for name in wanted.names]
        recorded = [chamber for chamber in read if chamber is not None]
        for chamber in recorded:
            if chamber.is_standing:
                await require_here(context, chamber, "works in it")
        if chamber_lifecycle.all_live(wanted.names, recorded):
            return Decision(_Reservation(task, recorded, is_new=False, abandoned=[]))
        abandoned = [chamber for chamber in recorded if chamber.state == "creating"]
        new = [_new_chamber(context, task, name, wanted, commit) for name in wanted.names]
        chambers = await with_ports(reads, context.project.main_checkout, new)
        former = [chamber for chamber in recorded if chamber.is_over]
        reservation = _Reservation(task, chambers, is_new=True, abandoned=abandoned, former=former)
        return Decision(reservation, chamber_lifecycle.reserved(chambers, context.actor))

    return await run_transaction(context.store, decide)


def _new_chamber(
    context: Context, task: Task, name: str, wanted: _NewBatch, commit: str
) -> Chamber:
    return Chamber(
        id=chamber_id(task.id, name),
        task_id=task.id,
        name=name,
        path=str(Path(task.working_directory, ".claude", "worktrees", name)),
        branch=branch_of(task.id, name),
        base_commit=commit,
        brief=wanted.briefs.get(name, ""),
        clone=context.clone,
        created_at=context.clock(),
        has_skeleton=bool(wanted.skeleton),
    )


async def _make(
    context: Context, repo: Repository, reservation: _Reservation, wanted: _NewBatch
) -> tuple[list[Chamber], list[str]]:
    """Add, provision and open the worktrees; on failure remove them all.

    The repository is locked only while they are added, because filling them runs the user's
    programs. If the store does not answer, they stay: it may have accepted the change, and a
    repeated call either finds them live or removes them.
    """
    task, chambers = reservation.task, reservation.chambers
    plans = [_plan(chamber) for chamber in chambers]
    async with lock_repository(repo.common_dir):
        await asyncio.to_thread(remove_remains, repo, reservation.abandoned)
        places = [plan.path for plan in plans]
        late = await put_late_files_away(context, repo, places, reservation.former)
        freed = await asyncio.to_thread(free_names, repo, chambers)
        await asyncio.to_thread(register_worktrees, repo, plans)
    try:
        added = await asyncio.to_thread(fill_worktrees, repo, plans)
        base = chambers[0].base_commit
        verdict = await judge_base(context, repo, base, wanted.base_seconds)
        chambers = [replace(chamber, verdict=verdict) for chamber in chambers]
        state = await context.store.snapshot()
        siblings = [chamber for chamber in state.chambers_of(task.id) if chamber.is_live]
        provision_notes = await asyncio.to_thread(
            provision_chambers,
            context,
            repo,
            task,
            chambers,
            siblings=siblings,
            skeleton=wanted.skeleton,
        )
        chambers = await asyncio.to_thread(set_up_chambers, context, repo, chambers)
        probes = await asyncio.to_thread(probe_hooks, repo, chambers)
        return await _open(context, chambers, probes), [*late, *freed, *added, *provision_notes]
    except StoreUnavailable:
        raise
    except BaseException:
        async with lock_repository(repo.common_dir):
            await asyncio.to_thread(remove_remains, repo, chambers)
        raise


def _plan(chamber: Chamber) -> WorktreePlan:
    return WorktreePlan(
        name=chamber.name,
        path=Path(chamber.path),
        branch=chamber.branch,
        commit=chamber.base_commit,
        reason=lock_reason(chamber.task_id, chamber.name),
    )


async def _open(
    context: Context, made: Sequence[Chamber], probes: Mapping[str, HookProbe]
) -> list[Chamber]:
    async def decide(reads: Reads) -> Decision[list[Chamber]]:
        task = await read_open_task(reads, made[0].task_id)
        chambers = [await reads.chamber(chamber.id) for chamber in made]
        if any(chamber is None or chamber.state != "creating" for chamber in chambers):
            raise Refused("these chambers changed while they were being created; call again")
        now = context.clock()
        live, change = chamber_lifecycle.opened(made, probes, at=now, actor=context.actor)
        step = task_lifecycle.reached(task, "chambers opened", at=now, actor=context.actor)
        return Decision(live, task_lifecycle.both(change, step.change))

    return await run_transaction(context.store, decide)


async def _fail(context: Context, reservation: _Reservation, fault: BaseException) -> None:
    """Record that the batch failed, and why, if the store answers."""
    note = one_line(str(fault)) if isinstance(fault, OrchestraError) else type(fault).__name__
    with suppress(StoreUnavailable):
        await record_failure(context, reservation.chambers, note)
        await show_change(context, reservation.task.id)


def _reply(
    task: Task,
    chambers: Sequence[Chamber],
    live: Sequence[Chamber],
    notes: Sequence[str],
    *,
    already_live: bool,
    briefs: bool,
) -> CreatedChambers:
    placed = f", or in Claude Code its first line, {PLACED}: it is told the rest there"
    return CreatedChambers(
        task_id=task.id,
        already_live=already_live,
        chambers=[_opened(task, chamber, live) for chamber in chambers],
        notes=[
            *notes,
            *(_unproven(chamber) for chamber in chambers if not chamber.ready_at),
            *(_unprepared(chamber) for chamber in chambers if chamber.setup_fault),
        ],
        next_step=(
            "Start one worker per chamber, all in one message so that they work at the same time, "
            f"each with its worker_prompt unchanged{placed if briefs else ''}. As they report, "
            "call record_agent_action and share_discovery; when all have ended, call complete_task."
        ),
    )


def _unproven(chamber: Chamber) -> str:
    return (
        f"{chamber.name} is not proven ready, so mail may not reach its worker: "
        f"{chamber.ready_note}"
    )


def _unprepared(chamber: Chamber) -> str:
    how = " ('orchestra trust' shows it)" if chamber.setup_fault == SETUP_UNTRUSTED else ""
    return f"{chamber.name}: {setup_words(chamber.setup_fault)}{how}"


def _opened(task: Task, chamber: Chamber, live: Sequence[Chamber]) -> OpenedChamber:
    agent_id = agent_id_of(WORKER_TYPE, chamber.name)
    siblings = [live_chamber for live_chamber in live if live_chamber.id != chamber.id]
    return OpenedChamber(
        name=chamber.name,
        path=chamber.path,
        branch=chamber.branch,
        base_commit=chamber.base_commit,
        agent_id=agent_id,
        worker_prompt=worker_prompt(task, chamber, siblings, agent_id=agent_id),
        proven_ready=bool(chamber.ready_at),
    )
