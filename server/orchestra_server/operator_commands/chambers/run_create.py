"""`orchestra create`: opens chambers in an open or a new task."""

from collections.abc import Sequence

from orchestra_core.errors import BadInput
from orchestra_core.names import check_chamber_names
from orchestra_core.replies.chambers import CreatedChambers
from orchestra_server.operator_commands.find_named import task_named, unfinished_tasks
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.start_task import start_task


def check_create(names: Sequence[str], task: str, title: str) -> None:
    """Raise BadInput for what is wrong in any state."""
    check_chamber_names(names)
    if task and title:
        raise BadInput("--title starts a new task and --task names one; give only one of them")


async def create_chambers(
    context: Context, names: Sequence[str], task: str = "", title: str = ""
) -> CreatedChambers:
    """Create the chambers, all or none; start a task if none is named or open."""
    check_create(names, task, title)
    state = await context.store.snapshot()
    if task:
        task_id = task_named(state, task).id
    elif title or not unfinished_tasks(state):
        description = title or f"Work in {', '.join(names)}"
        task_id = (await start_task(context, description=description)).task_id
    else:
        tasks = unfinished_tasks(state)
        if len(tasks) > 1:
            ids = ", ".join(task.id for task in tasks)
            raise BadInput(
                f"{len(tasks)} tasks are open; name one with --task, or start another with "
                f"--title: {ids}"
            )
        task_id = tasks[0].id
    return await create_chambers_batch(context, task_id=task_id, chamber_names=names)


def created_lines(created: CreatedChambers, started: Sequence[str] = ()) -> list[str]:
    """Return what was created and how to start agents; `started` are the chambers with one."""
    how = "There already" if created.already_live else "Created"
    lines = [f"{how}, in task {created.task_id}:"]
    width = max((len(chamber.name) for chamber in created.chambers), default=0)
    for chamber in created.chambers:
        unproven = "" if chamber.proven_ready else "  (its hook has not answered)"
        lines.append(f"  {chamber.name:<{width}}  {chamber.path}{unproven}")
    last = "Start an agent in each of these directories, or: orchestra start NAME"
    if started:
        places = "each" if len(started) == len(created.chambers) else ", ".join(started)
        last = f"An agent is being started in {places}; 'orchestra status' shows what they do."
    return [*lines, *created.notes, last]
