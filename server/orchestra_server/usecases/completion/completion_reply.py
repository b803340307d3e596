"""The replies of complete_task: how the completion ended, or would end."""

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from orchestra_core.models import BASE, Chamber, Task
from orchestra_core.replies.completion import CompletedTask, FileConflict, PlannedCommit
from orchestra_core.state import ProjectState
from orchestra_core.wording.gates import GATES_FIRST
from orchestra_core.wording.started_workers import spent_in_short
from orchestra_core.workers.spend_totals import spent_in_chambers
from orchestra_server.domain.gates.red_set import RedSet
from orchestra_server.domain.tasks.unintended_files import listed
from orchestra_server.git.merge.merge_tree import MergeConflict
from orchestra_server.git.remotes.published_refs import chamber_ref
from orchestra_server.usecases.chambers.save_and_remove import LOST
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.completion.dry_run import CompletionPlan
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding
from orchestra_server.usecases.concurrency.answer_in_time import goes_on

_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
_NO_REASONS: Mapping[str, str] = MappingProxyType({})
_CONFLICTS_SHOWN = 50
_FILES_SHOWN = 50


def completed(
    task: Task,
    state: ProjectState,
    merged: Sequence[str] = (),
    kept_branches: Sequence[str] = (),
    returning: Mapping[str, Sequence[str]] = _NOTHING,
    *,
    remarks: Sequence[str] = (),
    again: bool = False,
) -> CompletedTask:
    """Reply for a task that has ended; the chambers' notes say what earlier attempts did."""
    chambers = state.chambers_of(task.id)
    undelivered = serializers.undelivered_of(state, task.id)
    merged_earlier = [chamber.name for chamber in chambers if chamber.has_landed]
    saved = serializers.saved(chamber for chamber in chambers if chamber.state == "closed")
    return CompletedTask(
        task_id=task.id,
        completed=True,
        already_completed=again,
        state=task.state,
        base_branch=task.base_branch,
        landed_commit=task.landed_commit,
        merged=list(dict.fromkeys((*merged_earlier, *merged))) if task.state == "completed" else [],
        saved=saved,
        kept_branches=list(kept_branches),
        undelivered=undelivered,
        used=_used(state, task.id),
        notes=[
            *_kept_out(returning),
            *(f"{chamber.name}: {chamber.note}" for chamber in chambers if chamber.note),
            *_to_push(task, chambers),
            *remarks,
        ],
        next_step=_after(task, has_saved=bool(saved), unread=len(undelivered)),
    )


def conflicted(
    task: Task, chambers: Iterable[Chamber], ready: PreparedLanding, onto: str, *, clone: str
) -> CompletedTask:
    """Reply with the conflicts and how to resolve them; nothing has landed on `onto`."""
    return CompletedTask(
        task_id=task.id,
        completed=False,
        already_completed=False,
        state=task.state,
        base_branch=task.base_branch,
        landed_commit="",
        conflicts=_told(ready.conflicts),
        resolve=_ways_out(chambers, ready.conflicts, onto, ready.returning, clone=clone),
        notes=[*_kept_out(ready.returning), *_left_out(ready.conflicts)],
        next_step=(
            "Nothing was merged and all chambers are as they were. "
            f"{_mending(ready.conflicts, ready.returning)} "
            "partial=true would land the chambers that do fit together."
        ),
    )


def failing(task: Task, ready: PreparedLanding) -> CompletedTask:
    """Reply with the smallest sets of chambers that fail a gate together; nothing has landed."""
    return CompletedTask(
        task_id=task.id,
        completed=False,
        already_completed=False,
        state=task.state,
        base_branch=task.base_branch,
        landed_commit="",
        conflicts=[failed_gate(red) for red in ready.red],
        notes=[f"{', '.join(ready.green)} would pass without the others"] if ready.green else [],
        next_step=_after_red(task, ready),
    )


def failed_gate(red: RedSet) -> FileConflict:
    """Return a red set as a conflict whose file is the gate."""
    return FileConflict(
        file=f"gate {red.verdict.gate}",
        kind="flaky gate" if red.verdict.state == "flaky" else "gate",
        between=list(red.chambers) or [BASE],
        lines=red.verdict.output,
    )


def _after_red(task: Task, ready: PreparedLanding) -> str:
    first = ready.red[0]
    gate = f"Gate {first.verdict.gate!r}"
    if first.verdict.state == "flaky":
        what = f"{gate} has passed and failed on the same tree: it is flaky, which is no pass."
    elif not first.chambers:
        what = f"{gate} fails on {task.base_branch or 'the checkout'} itself, whoever lands."
    elif len(first.chambers) == 1:
        what = f"{gate} fails with the work of {first.chambers[0]} alone."
    else:
        what = f"{gate} fails with {' and '.join(first.chambers)} together; each less, it passes."
    part = " partial=true would land those that pass." if ready.green else ""
    return (
        f"Nothing was merged and all chambers are as they were. {what} `conflicts` shows what it "
        f"printed. Have a worker fix it, then call complete_task again.{part}"
    )


def unfinished(task_id: str, waits_for: str, seconds: float) -> CompletedTask:
    """Reply while a program is still running: nothing has landed yet, and completing goes on."""
    return CompletedTask(
        task_id=task_id,
        completed=False,
        already_completed=False,
        state="completing",
        base_branch="",
        landed_commit="",
        notes=[],
        next_step=goes_on(waits_for, seconds, "complete_task"),
    )


def landed_in_part(
    task: Task,
    state: ProjectState,
    ready: PreparedLanding,
    *,
    onto: str,
    clone: str,
) -> CompletedTask:
    """Reply with the chambers that have landed, and why the others are still live."""
    chambers = state.chambers_of(task.id)
    still_live = [chamber.name for chamber in chambers if chamber.is_live]
    return CompletedTask(
        task_id=task.id,
        completed=False,
        already_completed=False,
        state=task.state,
        base_branch=task.base_branch,
        landed_commit=ready.commit if ready.moves else "",
        merged=list(ready.order),
        conflicts=[*_told(ready.conflicts), *map(failed_gate, ready.red)],
        resolve=_ways_out(chambers, ready.conflicts, onto, ready.returning, clone=clone),
        saved=serializers.saved(chamber for chamber in chambers if chamber.state == "closed"),
        still_live=still_live,
        undelivered=serializers.undelivered_of(state, task.id),
        used=_used(state, task.id),
        notes=[
            *_elsewhere(ready.left_out),
            *_kept_out(ready.returning),
            *_left_out(ready.conflicts),
            *(f"{chamber.name}: {chamber.note}" for chamber in chambers if chamber.landed),
            *ready.remarks,
        ],
        next_step=(
            f"{', '.join(ready.order) or 'Nothing'} landed; {', '.join(still_live)} stayed live, "
            f"and the task is open. {_partly(ready)}"
        ),
    )


def planned(
    task: Task,
    chambers: Sequence[Chamber],
    plan: CompletionPlan,
    holds: Sequence[str],
    *,
    onto: str,
    clone: str,
    passed_over: Mapping[str, str] = _NO_REASONS,
) -> CompletedTask:
    """Reply to a dry run: what completing would do; `passed_over` chambers were not chosen."""
    ended = (*plan.merged, *plan.deleted)
    unmerged = [chamber.name for chamber in chambers if chamber.name not in ended]
    conflicts = plan.conflicts
    hindered = bool(plan.refusals or plan.blocked)
    unintended = (f"new file that looks unintended: {path}" for path in plan.unintended)
    needing_yes = [*holds, *unintended]
    return CompletedTask(
        task_id=task.id,
        dry_run=True,
        completed=False,
        already_completed=False,
        state=task.state,
        base_branch=task.base_branch,
        landed_commit="",
        commits=[
            PlannedCommit(chamber=name, files=list(files[:_FILES_SHOWN]), count=len(files))
            for name, files in plan.commits
        ],
        merged=list(plan.merged),
        conflicts=_told(conflicts),
        resolve=_ways_out(chambers, conflicts, onto, plan.returning, clone=clone),
        blocked=list(plan.blocked),
        still_live=[*(unmerged if conflicts or hindered else []), *passed_over],
        refusals=list(plan.refusals),
        holds=needing_yes,
        notes=_plan_notes(plan, passed_over, needing_yes),
        next_step=_plan_next_step(plan, needs_yes=bool(needing_yes)),
    )


def _plan_notes(
    plan: CompletionPlan, passed_over: Mapping[str, str], needing_yes: Sequence[str]
) -> list[str]:
    return [
        *plan.refusals,
        *_elsewhere(passed_over),
        *_elsewhere(plan.left_out),
        *(f"{name}: its work would be saved, not merged" for name in plan.saved),
        *(f"{name}: {LOST}" for name in plan.deleted),
        *_kept_out(plan.returning),
        *needing_yes,
        *_left_out(plan.conflicts),
        *(remark for remark in (plan.behind, plan.gate_note) if remark),
    ]


def _used(state: ProjectState, task_id: str) -> str:
    return spent_in_short(spent_in_chambers(state.chambers_of(task_id), state.workers))


def _to_push(task: Task, chambers: Iterable[Chamber]) -> list[str]:
    if not any(chamber.landed for chamber in chambers):
        return []
    branch = task.base_branch or "the checkout's HEAD"
    sentence = (
        f"Orchestra pushes no branch: {branch} of the clone that landed it has all the work, and "
        "the user pushes it from there when the others are to have it"
    )
    return [sentence]


def _partly(ready: PreparedLanding) -> str:
    if ready.conflicts:
        return _mending(ready.conflicts, ready.returning)
    return "`notes` says why; then call complete_task again, here or in the clone named there."


def _elsewhere(left_out: Mapping[str, str]) -> list[str]:
    """Return a note for each chamber of another clone whose work was not fetched."""
    return [f"chamber {name!r} {why}" for name, why in left_out.items()]


def _kept_out(returning: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a note for each chamber whose base was rewritten: the commits that stay out."""
    return [
        f"{name}: the branch was rewritten meanwhile, or another clone has more of it; what it "
        f"does not hold stays out ({listed(commits)}), and the chamber's own commits are replayed"
        for name, commits in returning.items()
    ]


def _plan_next_step(plan: CompletionPlan, *, needs_yes: bool) -> str:
    if plan.refusals:
        return "Nothing has changed. It would be refused now: `notes` says why and what to do."
    if plan.blocked:
        return (
            "Nothing has changed. It would be refused now, because the user has uncommitted work "
            "in the files of `blocked`; ask the user to commit it or to move it aside."
        )
    if plan.conflicts:
        cure = _mending(plan.conflicts, plan.returning)
        return f"Nothing has changed. It would not land whole. {cure}"
    if needs_yes:
        return (
            "Nothing has changed. It would be refused now, as `notes` says; it would land "
            "anyway with confirm=true."
        )
    gates = "if its gates pass, and " if plan.gate_note.startswith(GATES_FIRST) else ""
    return (
        f"Nothing has changed. Without dry_run it would go through, {gates}unless a hook refuses."
    )


def _after(task: Task, *, has_saved: bool, unread: int) -> str:
    where = task.base_branch or "the checkout's HEAD"
    landed = "commits are" if has_saved else "work is"
    end = (
        f"The task is completed and its {landed} on {where}."
        if task.landed_commit
        else f"The task is {task.state}; nothing was landed."
    )
    restoring = (
        " What `saved` names did not land; restore_chamber brings it back." if has_saved else ""
    )
    mail = f" `undelivered` has {unread} that no worker has read: see whether they mattered."
    return f"{end}{restoring}{mail if unread else ''} Tell the user; there is nothing else to do."


def _told(conflicts: Sequence[MergeConflict]) -> list[FileConflict]:
    return [
        FileConflict(
            file=conflict.file,
            kind=conflict.kind,
            between=list(conflict.between),
            lines=conflict.lines,
        )
        for conflict in conflicts[:_CONFLICTS_SHOWN]
    ]


def _left_out(conflicts: Sequence[MergeConflict]) -> list[str]:
    more = len(conflicts) - _CONFLICTS_SHOWN
    return [f"{more} more conflicts are not shown"] if more > 0 else []


def _mending(conflicts: Sequence[MergeConflict], rewritten: Collection[str]) -> str:
    other_side, chamber = conflicts[0].between
    verb = "rebase" if other_side == BASE and chamber in rewritten else "merge"
    return (
        f"In chamber {chamber!r} have its worker run `git {verb}` as `resolve` says, edit "
        f"{conflicts[0].file!r} and commit; do the same for the other conflicts, then call "
        "complete_task again."
    )


def _ways_out(
    chambers: Iterable[Chamber],
    conflicts: Sequence[MergeConflict],
    onto: str,
    rewritten: Collection[str],
    *,
    clone: str,
) -> list[str]:
    """Return the commands that resolve each pair's conflicts, in one chamber's directory.

    It is the second one's, or the first one's if only that is in this `clone`. A landed chamber
    has no branch any more: its work is on `onto`. A chamber whose base was rewritten is rebased,
    since a merge would bring back the dropped commits.
    """
    live = {chamber.name: chamber for chamber in chambers if chamber.is_live}
    files: dict[tuple[str, str], list[str]] = {}
    for conflict in conflicts:
        other_side, name = conflict.between
        if other_side in live and live[other_side].clone == clone and live[name].clone != clone:
            other_side, name = name, other_side
        if name in live:
            source = (
                _branch_of(live[other_side], clone)
                if other_side in live and other_side != BASE
                else onto
            )
            files.setdefault((source, name), []).append(conflict.file)
    commands: list[str] = []
    for (source, name), touched in files.items():
        git = ("git", "-C", live[name].path)
        begin, end = ("merge", source), ("commit", "--no-edit")
        if name in rewritten and source == onto:
            begin = ("rebase", "--onto", onto, live[name].base_commit)
            end = ("rebase", "--continue")
        commands += [
            *(["# in its own clone:"] if live[name].clone != clone else []),
            shlex.join((*git, *begin)),
            f"# edit {shlex.join(touched[:_FILES_SHOWN])} there, then:",
            shlex.join((*git, "add", "--all")),
            shlex.join((*git, *end)),
        ]
    return commands


def _branch_of(chamber: Chamber, clone: str) -> str:
    """Return the ref of a chamber's work in this clone."""
    if chamber.clone == clone:
        return chamber.branch
    return chamber_ref(chamber.task_id, chamber.name)
