"""What the operator can do, each as the one tool call it is; failures are OrchestraErrors.

The answers are read as far as the room needs them: what an action changed shows with its event.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from orchestra_core.errors import Unavailable
from orchestra_core.models import Level, Requires
from orchestra_tui.backend.protocols import ToolClient


class StartedTask(Struct, frozen=True):
    """What `start_task` answers."""

    task_id: str
    complexity: Level = "moderate"
    already_open: bool = False


class NamedChamber(Struct, frozen=True):
    """One chamber of a batch."""

    name: str


class CreatedChambers(Struct, frozen=True):
    """What `create_chambers_batch` answers."""

    chambers: tuple[NamedChamber, ...] = ()
    already_live: bool = False


class SentInterrupt(Struct, frozen=True):
    """What `interrupt_worker` answers."""

    interrupt_id: str
    already_sent: bool = False


class CancelledInterrupt(Struct, frozen=True):
    """What `cancel_interrupt` answers."""

    chamber: str = ""
    already_cancelled: bool = False
    resumed: bool = False


class ResumedWorker(Struct, frozen=True):
    """What `resume_worker` answers."""

    was_suspended: bool = True
    told: bool = False


class ClosedChamber(Struct, frozen=True):
    """What `close_chamber` answers."""

    saved_ref: str = ""
    already_closed: bool = False


class RestoredChamber(Struct, frozen=True):
    """What `restore_chamber` answers."""

    path: str = ""


class ChamberSize(Struct, frozen=True):
    """The size of one chamber's changes; `diff_note` says why it is unknown, if it is."""

    name: str
    files_changed: int = 0
    insertions: int = 0
    deletions: int = 0
    diff_note: str = ""


class ParallelStatus(Struct, frozen=True):
    """What `get_parallel_status` answers."""

    chambers: tuple[ChamberSize, ...] = ()


Answer = TypeVar("Answer", bound=Struct)


class ToolCalls:
    """The operator's verbs."""

    def __init__(self, tools: ToolClient) -> None:
        self._tools = tools

    async def start_task(self, description: str) -> StartedTask:
        """Take on a task; the server judges its complexity."""
        arguments = {"description": description, "complexity": "auto-detect"}
        return await self._call("start_task", arguments, StartedTask)

    async def create_chambers(self, task_id: str, names: Sequence[str]) -> CreatedChambers:
        """Open chambers for a task, all or none."""
        arguments = {"task_id": task_id, "chamber_names": list(names)}
        return await self._call("create_chambers_batch", arguments, CreatedChambers)

    async def interrupt(
        self, task_id: str, chamber: str, message: str, requires: Requires
    ) -> SentInterrupt:
        """Send one chamber's worker a message."""
        arguments = {
            "task_id": task_id,
            "chamber": chamber,
            "message": message,
            "requires": requires,
        }
        return await self._call("interrupt_worker", arguments, SentInterrupt)

    async def cancel(self, task_id: str, interrupt_id: str) -> CancelledInterrupt:
        """Call a message back that no worker has read."""
        arguments = {"task_id": task_id, "interrupt_id": interrupt_id}
        return await self._call("cancel_interrupt", arguments, CancelledInterrupt)

    async def resume(self, task_id: str, chamber: str) -> ResumedWorker:
        """Let the tools of a suspended chamber run again."""
        arguments = {"task_id": task_id, "chamber": chamber}
        return await self._call("resume_worker", arguments, ResumedWorker)

    async def close_chamber(self, task_id: str, chamber: str) -> ClosedChamber:
        """Close a chamber; what is unsaved in it is saved first.

        The operator was asked, and told whether its worker is still running.
        """
        arguments = {"task_id": task_id, "chamber": chamber, "confirm": True}
        return await self._call("close_chamber", arguments, ClosedChamber)

    async def restore_chamber(self, task_id: str, chamber: str) -> RestoredChamber:
        """Bring a closed chamber back with the work it held."""
        arguments = {"task_id": task_id, "chamber": chamber}
        return await self._call("restore_chamber", arguments, RestoredChamber)

    async def sizes(self, task_id: str) -> tuple[ChamberSize, ...]:
        """Return how much each chamber of a task has changed."""
        found = await self._call("get_parallel_status", {"task_id": task_id}, ParallelStatus)
        return found.chambers

    async def diff(self, task_id: str, chamber: str) -> str:
        """Return a chamber's changes as a unified diff."""
        return await self._tools.read(f"orchestra://tasks/{task_id}/chambers/{chamber}/diff")

    async def _call(
        self, tool: str, arguments: Mapping[str, object], shape: type[Answer]
    ) -> Answer:
        raw = await self._tools.call(tool, arguments)
        try:
            return msgspec.json.decode(raw, type=shape)
        except msgspec.DecodeError as error:
            raise Unavailable(
                f"{tool} did what it was asked, but its answer cannot be read: {error}"
            ) from error
