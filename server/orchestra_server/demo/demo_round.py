"""One round of the demo: a request from its start to its landing, with workers as processes."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from mcp import Client
from mcp.types import TextContent

from orchestra_core.errors import OrchestraError
from orchestra_core.replies.chambers import CreatedChambers, OpenedChamber
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.reply import Reply
from orchestra_core.replies.tasks import StartedTask
from orchestra_server.demo.resolve_conflicts import resolve_conflicts
from orchestra_server.demo.step_reports import (
    DiscoveryMade,
    StepFinished,
    WorkerFinished,
    decode_report,
)
from orchestra_server.demo.stories.story import Story

Answer = TypeVar("Answer", bound=Reply)
_CONFLICT_PACES = 2.0  # how long a conflict is shown before it is resolved


class ToolFailed(OrchestraError):  # noqa: N818 - reads as what it says
    """A tool answered with an error, or a worker ended with an error."""


class DemoRound:
    """Plays one story on the repository at `directory`, `pace` seconds between two steps."""

    def __init__(
        self, client: Client, directory: Path, pace: float, story: Story, number: int
    ) -> None:
        self._client = client
        self._directory = directory
        self._pace = pace
        self._story = story
        self._number = number
        self._task = ""
        self._chambers = dict[str, OpenedChamber]()
        self._agents = dict[str, str]()  # chamber by agent

    async def play(self) -> None:
        """Run the whole task; raises ToolFailed."""
        request = {"description": self._story.request}
        self._task = (await self._call("start_task", request, StartedTask)).task_id
        await self._call_for_task("advance_phase")
        assignments = self._story.assignments
        created = await self._call(
            "create_chambers_batch",
            {
                "task_id": self._task,
                "chamber_names": list(assignments),
                "briefs": {name: assignment.brief for name, assignment in assignments.items()},
            },
            CreatedChambers,
        )
        self._chambers = {chamber.name: chamber for chamber in created.chambers}
        self._agents = {chamber.agent_id: chamber.name for chamber in created.chambers}
        await asyncio.sleep(self._pace)
        await self._call_for_task("advance_phase")
        async with asyncio.TaskGroup() as workers:
            for chamber in created.chambers:
                workers.create_task(self._run_worker(chamber))
        for _ in ("integration", "verification"):
            await self._call_for_task("advance_phase")
            await asyncio.sleep(self._pace)
        await self._land()

    async def _land(self) -> None:
        """Complete the task; resolve its conflicts, once, and complete it again."""
        landed = await self._complete()
        if not landed.conflicts:
            return
        await asyncio.sleep(self._pace * _CONFLICT_PACES)
        resolved = await asyncio.to_thread(
            resolve_conflicts, self._chambers, landed.conflicts, self._story.merged
        )
        for name, files in resolved.items():
            await self._call_for_task(
                "record_agent_action",
                agent_id=self._chambers[name].agent_id,
                action="Merged the other chamber's changes",
                result=f"both sides kept in {', '.join(files)}",
            )
        await asyncio.sleep(self._pace)
        await self._complete()

    async def _complete(self) -> CompletedTask:
        arguments = {
            "task_id": self._task,
            "commit_changes": True,
            "summary": self._story.summary,
        }
        return await self._call("complete_task", arguments, CompletedTask)

    async def _run_worker(self, chamber: OpenedChamber) -> None:
        agent_id = chamber.agent_id
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "orchestra_server.demo.worker",
            chamber.path,
            chamber.name,
            f"--pace={self._pace}",
            f"--round={self._number}",
            cwd=self._directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            if process.stdout is not None:
                async for line in process.stdout:
                    await self._record(agent_id, line)
            if await process.wait():
                raise ToolFailed(f"the worker of {chamber.name!r} ended with an error")
        finally:
            if process.returncode is None:
                process.terminate()
                with contextlib.suppress(ProcessLookupError):
                    await process.wait()

    async def _record(self, agent_id: str, line: bytes) -> None:
        match decode_report(line):
            case StepFinished(action=action, result=result, patterns=patterns, reviewable=ready):
                await self._call_for_task(
                    "record_agent_action",
                    agent_id=agent_id,
                    action=action,
                    result=result,
                    patterns=list(patterns),
                )
                if ready:
                    await self._review(self._agents[agent_id])
            case DiscoveryMade() as made:
                await self._call_for_task(
                    "share_discovery",
                    agent_id=agent_id,
                    discovery=made.discovery,
                    severity=made.severity,
                    impact=made.impact,
                    affects=list(made.affects),
                )
            case WorkerFinished(report=report):
                await self._call_for_task(
                    "record_agent_action", agent_id=agent_id, action="Finished", result=report
                )

    async def _review(self, name: str) -> None:
        """Read what a chamber has changed, and send the review's comments."""
        await self._call_for_task("review_chamber", chamber=name)
        await asyncio.sleep(self._pace)
        await self._call_for_task("interrupt_worker", chamber=name, message=self._story.review)

    async def _call_for_task(self, tool: str, **arguments: object) -> None:
        await self._call(tool, {"task_id": self._task, **arguments}, Reply)

    async def _call(
        self, tool: str, arguments: Mapping[str, object], reply: type[Answer]
    ) -> Answer:
        result = await self._client.call_tool(tool, dict(arguments))
        if result.is_error:
            texts = [block.text for block in result.content if isinstance(block, TextContent)]
            raise ToolFailed(f"{tool}: {' '.join(texts)}")
        return msgspec.convert(result.structured_content, reply)
