"""The tools for a whole task: start it, advance it, read it, complete it."""

from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.tasks import AdvancedPhase, StartedTask, TaskStatus
from orchestra_server.tools.methods import argument_types
from orchestra_server.tools.methods.actor import ToolCall, actor_of
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.tasks.advance_phase import advance_phase
from orchestra_server.usecases.tasks.get_task_status import get_task_status
from orchestra_server.usecases.tasks.start_task import start_task


class TaskTools:
    """Each method is one tool: its docstring is what a model reads of it."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session

    async def start_task(
        self,
        *,
        call: ToolCall,
        description: argument_types.Description,
        complexity: argument_types.Complexity = "auto-detect",
        working_directory: argument_types.WorkingDirectory = "",
    ) -> StartedTask:
        """Start a task that several workers can share; call this first.

        Returns the task_id every other tool needs, how complex the request is and why, and the
        phases. Changes no file of the user's. Repeating the request while its task is open
        returns that task.
        """
        return await start_task(
            await self._session.context(actor_of(call)),
            description=description,
            complexity=complexity,
            working_directory=working_directory,
        )

    async def advance_phase(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        phase: argument_types.PhaseName = "",
    ) -> AdvancedPhase:
        """Finish the task's current phase and begin the next one, or the one named.

        Chambers, first work and completing advance it by themselves; call it for other steps,
        so that the person watching sees them.
        """
        return await advance_phase(
            await self._session.context(actor_of(call)), task_id=task_id, phase=phase
        )

    async def get_task_status(
        self, *, call: ToolCall, task_id: argument_types.TaskId
    ) -> TaskStatus:
        """Read a whole task: request, phases, chambers, agents, discoveries, unread interrupts.

        Use it to resume a task in a new session.
        """
        return await get_task_status(await self._session.context(actor_of(call)), task_id=task_id)

    async def complete_task(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        summary: argument_types.Summary,
        commit_changes: argument_types.CommitChanges = True,
        dry_run: argument_types.DryRun = False,
        partial: argument_types.Partial = False,
        confirm: argument_types.ConfirmLanding = False,
        only: argument_types.Only = None,
    ) -> CompletedTask:
        """Finish a task: commit open work in its chambers, merge them all, clean up, close it.

        Call it once every worker has ended. The merge is computed first: only if every
        chamber merges does the task's branch move, in one step. Otherwise nothing changes,
        `conflicts` names each file and the two sides that disagree, and `resolve` the commands:
        resolve it in one of the chambers, then call this again. Uncommitted work of the user's is
        never touched. Whatever is not merged is saved first; restore_chamber brings it back.
        """
        return await complete_task(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            commit_changes=commit_changes,
            summary=summary,
            dry_run=dry_run,
            partial=partial,
            confirm=confirm,
            only=only or [],
        )
