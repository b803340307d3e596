"""The tools that brief, record, interrupt and answer workers."""

from orchestra_core.replies.interrupts import CancelledInterrupt, ResumedWorker, SentInterrupt
from orchestra_core.replies.requests import AnsweredRequest
from orchestra_core.replies.workers import (
    AgentContext,
    RecordedAction,
    SharedDiscovery,
    WorkerStart,
    WorkerStop,
)
from orchestra_server.tools.methods import argument_types
from orchestra_server.tools.methods.actor import ToolCall, actor_of
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.interrupts.resume_worker import resume_worker
from orchestra_server.usecases.requests.answer_request import answer_request
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from orchestra_server.usecases.workers.get_agent_context import get_agent_context
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from orchestra_server.usecases.workers.share_discovery import share_discovery


class WorkerTools:
    """Each method is one tool: its docstring is what a model reads of it."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session

    async def get_agent_context(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        agent_type: argument_types.AgentType,
        module: argument_types.Module = "",
    ) -> AgentContext:
        """Read what an agent needs to know before you start it; pass it `prompt`.

        Gives the mission, its scope, the other chambers, the discoveries that touch it and its
        chamber's absolute path. Call it again for a later agent: there may be new discoveries.
        """
        return await get_agent_context(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            agent_type=agent_type,
            module=module,
        )

    async def record_agent_action(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        agent_id: argument_types.AgentId,
        action: argument_types.Action,
        result: argument_types.Result,
        patterns: argument_types.Patterns = None,
    ) -> RecordedAction:
        """Record what a worker reported in the task's history.

        Call it when a worker ends or reports a milestone. Each pattern becomes a discovery.
        """
        return await record_agent_action(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            agent_id=agent_id,
            action=action,
            result=result,
            patterns=patterns or [],
        )

    async def share_discovery(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        agent_id: argument_types.AgentId,
        discovery: argument_types.DiscoveryText,
        severity: argument_types.Severity,
        impact: argument_types.Impact = "",
        affects: argument_types.Affects = None,
    ) -> SharedDiscovery:
        """Record something that other workers should know: a constraint, a bug, a changed contract.

        'critical' interrupts every other chamber it affects at its worker's next tool call.
        """
        return await share_discovery(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            agent_id=agent_id,
            discovery=discovery,
            severity=severity,
            impact=impact,
            affects=affects or [],
        )

    async def start_worker(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        chamber: argument_types.ChamberName,
        agent: argument_types.AgentName = "",
        policy: argument_types.PolicyName = "edits",
        text: argument_types.StartText = "",
    ) -> WorkerStart:
        """Start an agent of its own in a chamber, with its briefing, in place of a subagent."""
        return await start_worker(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            chamber=chamber,
            agent=agent,
            policy=policy,
            text=text,
        )

    async def stop_worker(
        self, *, call: ToolCall, task_id: argument_types.TaskId, chamber: argument_types.ChamberName
    ) -> WorkerStop:
        """End the agent that start_worker has started in a chamber; its work stays where it is."""
        return await stop_worker(
            await self._session.context(actor_of(call)), task_id=task_id, chamber=chamber
        )

    async def interrupt_worker(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        chamber: argument_types.ChamberName,
        message: argument_types.Message,
        requires: argument_types.RequiresName = "review",
    ) -> SentInterrupt:
        """Send a message to one chamber's worker; it interrupts the worker's next tool call.

        get_parallel_status shows whether it was read. The same message is not sent twice while
        it is unread.
        """
        return await interrupt_worker(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            chamber=chamber,
            message=message,
            requires=requires,
        )

    async def cancel_interrupt(
        self,
        *,
        call: ToolCall,
        task_id: argument_types.TaskId,
        interrupt_id: argument_types.InterruptId,
    ) -> CancelledInterrupt:
        """Cancel a message that its worker has not read yet; the worker never sees it.

        Once it was read this is refused: send another message that corrects it.
        """
        return await cancel_interrupt(
            await self._session.context(actor_of(call)),
            task_id=task_id,
            interrupt_id=interrupt_id,
        )

    async def resume_worker(
        self, *, call: ToolCall, task_id: argument_types.TaskId, chamber: argument_types.ChamberName
    ) -> ResumedWorker:
        """Let the tools of a suspended chamber run again, and tell its worker to go on.

        A chamber is suspended by interrupt_worker with requires='suspend'.
        """
        return await resume_worker(
            await self._session.context(actor_of(call)), task_id=task_id, chamber=chamber
        )

    async def answer_request(
        self,
        *,
        call: ToolCall,
        request_id: argument_types.RequestId,
        answer: argument_types.RequestAnswerName,
        words: argument_types.DenialWords = "",
        choices: argument_types.Choices = None,
    ) -> AnsweredRequest:
        """Answer what a worker waits for: a permission, or a question.

        Only with the user's consent: a permission is the user's to give. The first answer wins,
        also one in the worker's own terminal.
        """
        return await answer_request(
            await self._session.context(actor_of(call)),
            request_id=request_id,
            answer=answer,
            words=words,
            choices=choices or [],
        )
