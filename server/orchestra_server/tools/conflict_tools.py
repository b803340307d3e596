"""The tool for what would not merge, long before it is merged."""

from orchestra_server.tools import arguments as given
from orchestra_server.tools.caller import Caller, actor_of
from orchestra_server.tools.server_session import Workplace
from orchestra_server.usecases.conflicts.get_conflicts import ConflictsNow, get_conflicts


class ConflictTools:
    """Each method is one tool: its docstring is what a model reads of it."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def get_conflicts(self, *, caller: Caller, task_id: given.TaskId) -> ConflictsNow:
        """Read which chambers of a task would not merge as they are now, uncommitted work included.

        For each two chambers that collide, or a chamber and the branch it lands on ('base'): the
        files, git's word for each, and since when. It is kept up to date while the workers write,
        so calling it costs nothing: call it when a worker reports, and before complete_task.
        Changes nothing.
        """
        return await get_conflicts(await self._workplace.context(actor_of(caller)), task_id=task_id)
