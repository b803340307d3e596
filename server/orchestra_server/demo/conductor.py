"""The demo's conductor: a real MCP client that follows the playbook with three workers."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO, TypeVar

import msgspec
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent

from orchestra_core.errors import OrchestraError
from orchestra_core.replies.chambers import CreatedChambers, OpenedChamber
from orchestra_core.replies.reply import Reply
from orchestra_core.replies.tasks import StartedTask
from orchestra_server.demo.storyline import ASSIGNMENTS, REQUEST, SUMMARY
from orchestra_server.demo.worker_reports import (
    DiscoveryMade,
    StepFinished,
    WorkerFinished,
    decode_report,
)

Answer = TypeVar("Answer", bound=Reply)


class ToolFailed(OrchestraError):  # noqa: N818 - reads as what it says
    """A tool answered with an error."""


async def conduct(directory: Path, pace: float, environ: Mapping[str, str], log: TextIO) -> None:
    """Run the whole task on the repository at `directory`, `pace` seconds between two steps."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-P", "-m", "orchestra_server"],
        env={**environ, "CLAUDE_PROJECT_DIR": str(directory)},
        cwd=directory,
    )
    async with Client(stdio_client(server, errlog=log)) as client:
        await _Conductor(client, directory, pace).run()


class _Conductor:
    def __init__(self, client: Client, directory: Path, pace: float) -> None:
        self._client = client
        self._directory = directory
        self._pace = pace
        self._task = ""

    async def run(self) -> None:
        started = await self._call("start_task", {"description": REQUEST}, StartedTask)
        self._task = started.task_id
        await self._call_for_task("advance_phase")
        created = await self._call(
            "create_chambers_batch",
            {
                "task_id": self._task,
                "chamber_names": list(ASSIGNMENTS),
                "briefs": {name: assignment.brief for name, assignment in ASSIGNMENTS.items()},
            },
            CreatedChambers,
        )
        await asyncio.sleep(self._pace)
        await self._call_for_task("advance_phase")
        async with asyncio.TaskGroup() as workers:
            for chamber in created.chambers:
                workers.create_task(self._run_worker(chamber))
        for _ in ("integration", "verification"):
            await self._call_for_task("advance_phase")
            await asyncio.sleep(self._pace)
        await self._call_for_task("complete_task", commit_changes=True, summary=SUMMARY)

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
            cwd=self._directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            if process.stdout is not None:
                async for line in process.stdout:
                    await self._record(agent_id, line)
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                with contextlib.suppress(ProcessLookupError):
                    await process.wait()

    async def _record(self, agent_id: str, line: bytes) -> None:
        match decode_report(line):
            case StepFinished(action=action, result=result, patterns=patterns):
                await self._call_for_task(
                    "record_agent_action",
                    agent_id=agent_id,
                    action=action,
                    result=result,
                    patterns=list(patterns),
                )
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

    async def _call_for_task(self, tool: str, **arguments: object) -> None:
        await self._call(tool, {"task_id": self._task, **arguments}, Reply)

    async def _call(self, tool: str, arguments: dict[str, object], reply: type[Answer]) -> Answer:
        result = await self._client.call_tool(tool, arguments)
        if result.is_error:
            texts = [block.text for block in result.content if isinstance(block, TextContent)]
            raise ToolFailed(f"{tool}: {' '.join(texts)}")
        return msgspec.convert(result.structured_content, reply)
