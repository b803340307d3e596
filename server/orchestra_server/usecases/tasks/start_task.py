"""start_task: record a request as a task."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from orchestra_core.errors import BadInput, OrchestraError, Refused
from orchestra_core.models import Chamber, Level, Phase, Task
from orchestra_core.names import new_task_id
from orchestra_core.project import Project, find_project, note_first_place
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.store.reads import Reads
from orchestra_core.text import DESCRIPTION_LIMIT, one_line, required
from orchestra_server.domain.tasks.task_lifecycle import request_claim, started
from orchestra_server.files.chamber.link_check import OWN_FOLDERS, require_own_folders
from orchestra_server.git.repository.repository import Head, Repository, open_repository
from orchestra_server.git.repository.upstream import stale_base
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.common.validation import AUTO, checked_level
from orchestra_server.usecases.tasks.complexity import PHASES, Assessment, assess
from orchestra_server.usecases.tasks.former_repository import close_former_tasks


async def start_task(
    context: Context, *, description: str, complexity: str = AUTO, working_directory: str = ""
) -> StartedTask:
    """Record a request as a task; an identical request returns its open task.

    Raises BadInput for a wrong argument, Refused for a checkout without a commit.
    """
    text = required("description", description, DESCRIPTION_LIMIT)
    level = checked_level(complexity)
    directory, repo = await asyncio.to_thread(_checkout, context.project, working_directory)
    head = await asyncio.to_thread(repo.head)
    await register_clone(context.store, context.project)
    await close_former_tasks(context, repo)
    with suppress(OSError):  # if it cannot be written, a move goes unnoticed
        await asyncio.to_thread(note_first_place, context.project)
    assessment = await asyncio.to_thread(_assessed, text, level)
    new = _new_task(context, text, directory, head, assessment)

    async def decide(reads: Reads) -> Decision[Task]:
        holder = await reads.claim(request_claim(text, str(directory)))
        if holder:
            holding_task = await reads.task(holder)
            if holding_task is not None:
                return Decision(holding_task)
        state = await reads.state()
        _require_no_chamber(directory, list(state.chambers.values()))
        return Decision(new, started(new))

    task = await run_transaction(context.store, decide)
    await show_change_soon(context, task.id)
    stale = await asyncio.to_thread(stale_base, repo, task.base_branch, task.base_commit)
    return _reply(task, f"{stale} " if stale else "", already_open=task.id != new.id)


def _assessed(description: str, level: Level | None) -> Assessment:
    if level is None:
        return assess(description)
    return Assessment(level, ("named by the caller, not detected",), PHASES[level])


def _new_task(
    context: Context, description: str, directory: Path, head: Head, assessment: Assessment
) -> Task:
    now = context.clock()
    first, *later = assessment.phases
    return Task(
        id=new_task_id(description),
        description=description,
        complexity=assessment.level,
        reasons=assessment.reasons,
        working_directory=str(directory),
        clone=context.clone,
        base_branch=head.branch,
        base_commit=head.commit,
        phases=(
            Phase(name=first, started_at=now, by=context.actor),
            *(Phase(name=name) for name in later),
        ),
        phase=first,
        actor=context.actor,
        started_at=now,
    )


def _checkout(project: Project, working_directory: str) -> tuple[Path, Repository]:
    """Return the resolved path of the argument, and its repository."""
    shown = one_line(working_directory, 200)
    try:
        directory = (project.root / working_directory).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as fault:
        raise BadInput(
            f"working_directory {shown!r} is not there; give a directory inside {project.root}"
        ) from fault
    if not directory.is_dir():
        raise BadInput(f"working_directory {shown!r} is a file; give the directory it is in")
    try:
        checkout = find_project(directory)
    except OrchestraError as fault:
        raise _elsewhere(shown, project) from fault
    if checkout.git_dir != project.git_dir:
        raise _elsewhere(shown, project)
    if one_line(str(directory)) != str(directory):
        raise BadInput(
            f"the path {str(directory)!r} has characters that JSON or a line cannot hold; "
            "rename the directory, or work in a checkout with a plain path"
        )
    repo = open_repository(directory)
    # A `.git` file may also lead to a bare repository that is next to its worktrees.
    if repo.common_dir in {checkout.root, repo.top}:
        raise BadInput(
            f"{directory} has no files to work on: it is not a working tree of its repository; "
            "give the path of a working tree as working_directory ('git worktree list' names them)"
        )
    require_own_folders(checkout.root, *(directory / folder for folder in OWN_FOLDERS))
    return directory, repo


def _elsewhere(shown: str, project: Project) -> BadInput:
    return BadInput(
        f"working_directory {shown!r} is not in this repository; "
        f"give a directory inside {project.root} or one of its worktrees"
    )


def _require_no_chamber(directory: Path, chambers: Sequence[Chamber]) -> None:
    above = {str(parent) for parent in (directory, *directory.parents)}
    for chamber in chambers:
        if chamber.expects_worker and chamber.path in above:
            raise Refused(
                f"{directory} lies in chamber {chamber.name!r} of task {chamber.task_id!r}; "
                "start tasks from the main checkout"
            )


def _reply(task: Task, stale: str, *, already_open: bool) -> StartedTask:
    one_alone = task.complexity in {"trivial", "simple"}
    split = (
        "This is small: one chamber, or none, is enough."
        if one_alone
        else "Split it into parts that do not touch the same files."
    )
    return StartedTask(
        task_id=task.id,
        already_open=already_open,
        complexity=task.complexity,
        reasons=list(task.reasons),
        phases=[phase.name for phase in task.phases],
        phase=task.phase,
        working_directory=task.working_directory,
        base_branch=task.base_branch,
        base_commit=task.base_commit,
        next_step=(
            f"{stale}{split} Then call create_chambers_batch with task_id {task.id!r} "
            "and one name per part. Phases advance as chambers open, work begins and it completes."
        ),
    )
