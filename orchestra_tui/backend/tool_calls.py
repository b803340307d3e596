"""The operator's actions, one tool call each; failures are OrchestraErrors.

The room shows what an action changed when the event comes, not from the answer. The classes of the
answers are imported by the first call that needs them, because declaring them takes 15 ms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from orchestra_core.errors import Unavailable
from orchestra_core.models import AnswerName, Requires
from orchestra_tui.backend.protocols import ToolClient

if TYPE_CHECKING:
    from orchestra_core.replies.chambers import (
        ChamberStatus,
        ClosedChamber,
        CreatedChambers,
        RestoredChamber,
    )
    from orchestra_core.replies.completion import CompletedTask
    from orchestra_core.replies.interrupts import CancelledInterrupt, ResumedWorker, SentInterrupt
    from orchestra_core.replies.reply import Reply
    from orchestra_core.replies.requests import AnsweredRequest
    from orchestra_core.replies.review import ChamberDiff, ReviewPart
    from orchestra_core.replies.tasks import StartedTask
    from orchestra_core.replies.workers import WorkerStart, WorkerStop

Answer = TypeVar("Answer", bound="Reply")


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingRequest:
    """What complete_task is asked for; `only` names chambers, empty for all of the task's."""

    task_id: str
    summary: str
    only: tuple[str, ...] = ()
    partial: bool = False
    confirm: bool = False


class ToolCalls:
    """The operator's actions."""

    def __init__(self, tools: ToolClient) -> None:
        self._tools = tools

    async def start_task(self, description: str) -> "StartedTask":
        """Start a task; the server judges its complexity."""
        from orchestra_core.replies.tasks import StartedTask

        arguments = {"description": description, "complexity": "auto-detect"}
        return await self._call("start_task", arguments, StartedTask)

    async def create_chambers(self, task_id: str, names: Sequence[str]) -> "CreatedChambers":
        """Open chambers for a task, all or none."""
        from orchestra_core.replies.chambers import CreatedChambers

        arguments = {"task_id": task_id, "chamber_names": list(names)}
        return await self._call("create_chambers_batch", arguments, CreatedChambers)

    async def interrupt(
        self, task_id: str, chamber: str, message: str, requires: Requires
    ) -> "SentInterrupt":
        """Send one chamber's worker a message."""
        from orchestra_core.replies.interrupts import SentInterrupt

        arguments = {
            "task_id": task_id,
            "chamber": chamber,
            "message": message,
            "requires": requires,
        }
        return await self._call("interrupt_worker", arguments, SentInterrupt)

    async def start_worker(
        self, task_id: str, chamber: str, *, agent: str = "", policy: str = "", text: str = ""
    ) -> "WorkerStart":
        """Start an agent in a chamber; its briefing and its mail tell it what to do."""
        from orchestra_core.replies.workers import WorkerStart

        chosen = {"agent": agent, "policy": policy, "text": text}
        arguments = {"task_id": task_id, "chamber": chamber}
        arguments |= {name: value for name, value in chosen.items() if value}
        return await self._call("start_worker", arguments, WorkerStart)

    async def stop_worker(self, task_id: str, chamber: str) -> "WorkerStop":
        """End the agent that was started in a chamber."""
        from orchestra_core.replies.workers import WorkerStop

        arguments = {"task_id": task_id, "chamber": chamber}
        return await self._call("stop_worker", arguments, WorkerStop)

    async def cancel(self, task_id: str, interrupt_id: str) -> "CancelledInterrupt":
        """Cancel a message that its worker has not read."""
        from orchestra_core.replies.interrupts import CancelledInterrupt

        arguments = {"task_id": task_id, "interrupt_id": interrupt_id}
        return await self._call("cancel_interrupt", arguments, CancelledInterrupt)

    async def resume(self, task_id: str, chamber: str) -> "ResumedWorker":
        """Let the tools of a suspended chamber run again."""
        from orchestra_core.replies.interrupts import ResumedWorker

        arguments = {"task_id": task_id, "chamber": chamber}
        return await self._call("resume_worker", arguments, ResumedWorker)

    async def answer(
        self, request_id: str, answer: AnswerName, words: str, choices: Sequence[str]
    ) -> "AnsweredRequest":
        """Answer what a worker waits for; the first answer wins."""
        from orchestra_core.replies.requests import AnsweredRequest

        arguments: dict[str, object] = {"request_id": request_id, "answer": answer}
        arguments |= {"words": words} if words else {}
        arguments |= {"choices": list(choices)} if choices else {}
        return await self._call("answer_request", arguments, AnsweredRequest)

    async def close_chamber(self, task_id: str, chamber: str) -> "ClosedChamber":
        """Close a chamber; its unsaved work is saved first.

        The operator was asked first, and told whether its worker is still running.
        """
        from orchestra_core.replies.chambers import ClosedChamber

        arguments = {"task_id": task_id, "chamber": chamber, "confirm": True}
        return await self._call("close_chamber", arguments, ClosedChamber)

    async def restore_chamber(self, task_id: str, chamber: str) -> "RestoredChamber":
        """Bring a closed chamber back with the work it held."""
        from orchestra_core.replies.chambers import RestoredChamber

        arguments = {"task_id": task_id, "chamber": chamber}
        return await self._call("restore_chamber", arguments, RestoredChamber)

    async def plan_landing(self, request: LandingRequest) -> "CompletedTask":
        """Return what landing would do now; changes nothing."""
        return await self._complete(request, dry_run=True)

    async def land(self, request: LandingRequest) -> "CompletedTask":
        """Land what was asked for; the answer says what happened."""
        return await self._complete(request, dry_run=False)

    async def _complete(self, request: LandingRequest, *, dry_run: bool) -> "CompletedTask":
        from orchestra_core.replies.completion import CompletedTask

        arguments = {
            "task_id": request.task_id,
            "summary": request.summary,
            "only": list(request.only),
            "partial": request.partial,
            "confirm": request.confirm,
            "dry_run": dry_run,
        }
        return await self._call("complete_task", arguments, CompletedTask)

    async def sizes(self, task_id: str) -> "list[ChamberStatus]":
        """Return how much each chamber of a task has changed."""
        from orchestra_core.replies.chambers import ParallelStatus

        status = await self._call("get_parallel_status", {"task_id": task_id}, ParallelStatus)
        return status.chambers

    async def review(self, task_id: str, chamber: str, part: "ReviewPart" = "all") -> "ChamberDiff":
        """Return a chamber's changed files and its diff."""
        from orchestra_core.replies.review import ChamberDiff

        arguments = {"task_id": task_id, "chamber": chamber, "part": part}
        return await self._call("review_chamber", arguments, ChamberDiff)

    async def _call(
        self, tool: str, arguments: Mapping[str, object], reply: type[Answer]
    ) -> Answer:
        raw = await self._tools.call(tool, arguments)
        try:
            return msgspec.json.decode(raw, type=reply)
        except msgspec.DecodeError as error:
            raise Unavailable(
                f"{tool} did its work, but its answer cannot be read: {error}"
            ) from error
