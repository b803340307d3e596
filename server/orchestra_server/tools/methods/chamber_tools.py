"""The tools for chambers, the worktrees of a task's workers."""

from orchestra_core.replies.chambers import (
    ClosedChamber,
    CreatedChambers,
    ParallelStatus,
    RestoredChamber,
)
from orchestra_core.replies.conflicts import CurrentConflicts
from orchestra_core.replies.review import ChamberDiff
from orchestra_server.tools.methods import argument_types
from orchestra_server.tools.methods.actor import ToolCall, actor_of
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.conflicts.get_conflicts import get_conflicts
from orchestra_server.usecases.review.review_chamber import review_chamber


class ChamberTools:
    """Each method is one tool: its docstring is what a model reads of it."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session

    async def create_chambers_batch(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        chamber_names: argument_types.ChamberNames,
        base: argument_types.Base = "",
        briefs: argument_types.Briefs = None,
        skeleton: argument_types.Skeleton = None,
    ) -> CreatedChambers:
        """Create a chamber for each part of the work: a git worktree with a branch and a mailbox.

        All or none, in parallel. Returns for each its absolute path, its branch and a
        worker_prompt to pass unchanged to the worker you start for it. Split the work so that
        no two workers write the same files. Repeating the call with live chambers returns them
        again.
        """
        return await create_chambers_batch(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            chamber_names=chamber_names,
            base=base,
            briefs=briefs or {},
            skeleton=skeleton or [],
        )

    async def get_parallel_status(
        self, *, call: ToolCall, task_id: argument_types.TaskId
    ) -> ParallelStatus:
        """Read the status of a task's workers side by side, without disturbing them.

        For each chamber: what its worker is doing, the size of its diff, its last recorded
        action and its unread interrupts.
        """
        return await get_parallel_status(
            await self._session.context(actor_of(call)), task_id=task_id
        )

    async def get_conflicts(
        self, *, call: ToolCall, task_id: argument_types.TaskId
    ) -> CurrentConflicts:
        """Read which chambers of a task would not merge now, uncommitted work included.

        For each two chambers that conflict, or a chamber and the branch it lands on ('base'): the
        files, git's word for each, and since when. It is kept up to date while the workers write:
        call it when a worker reports, and before complete_task.
        """
        return await get_conflicts(await self._session.context(actor_of(call)), task_id=task_id)

    async def review_chamber(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        chamber: argument_types.ChamberName,
        part: argument_types.Part = "all",
        path: argument_types.ReviewedPath = "",
    ) -> ChamberDiff:
        """Read what a chamber changed, as files and a diff; also of a landed or closed one."""
        return await review_chamber(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            chamber=chamber,
            part=part,
            path=path,
        )

    async def close_chamber(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        chamber: argument_types.ChamberName,
        confirm: argument_types.Confirm = False,
    ) -> ClosedChamber:
        """Remove one chamber before the task is complete; its work is not merged.

        Its uncommitted and unmerged work is saved under a ref first, and restore_chamber
        restores it. Only to drop a part: complete_task closes chambers by itself.
        While its worker is running this is refused until you confirm.
        """
        return await close_chamber(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            chamber=chamber,
            confirm=confirm,
        )

    async def restore_chamber(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        chamber: argument_types.RestoredName = "",
        saved_ref: argument_types.SavedRef = "",
    ) -> RestoredChamber:
        """Restore a closed chamber exactly: commits, index, open files, a merge in progress.

        Without a chamber it changes nothing and lists what is saved for the task.
        """
        return await restore_chamber(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            chamber=chamber,
            saved_ref=saved_ref,
        )
