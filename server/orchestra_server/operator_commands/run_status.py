"""`orchestra status`: the current tasks, chambers, workers and unread mail."""

import msgspec

from orchestra_core.clone.clone_id import own_clone_id
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.text import as_lines
from orchestra_core.worker_state import WorkerLimits, limits_of
from orchestra_server.operator_commands.status_document import status_document
from orchestra_server.operator_commands.status_lines import status_lines
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.health.orphan_worktrees import orphan_worktrees


async def read_status(context: Context, *, as_json: bool) -> str:
    """Return the status of the project now."""
    state = await context.store.snapshot()
    limits = limits_of(context.settings)
    return status_text(context.project, state, context.clock(), limits, as_json=as_json)


def agents_to_go_on(state: ProjectState, clone: str) -> list[str]:
    """Return the names of this clone's chambers in which an agent should be running."""
    return sorted(
        worker.chamber
        for worker in state.workers.values()
        if worker.is_wanted
        and (chamber := state.chambers.get(worker.id)) is not None
        and chamber.clone == clone
    )


def status_text(
    project: Project, state: ProjectState, now: int, limits: WorkerLimits, *, as_json: bool
) -> str:
    """Return a state as text for a person, or as one JSON document."""
    orphans = orphan_worktrees(project.git_dir, state)
    document = status_document(
        project, state, own_clone_id(project.git_dir), now, orphans, limits=limits
    )
    if as_json:
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    return as_lines(status_lines(document, now))
