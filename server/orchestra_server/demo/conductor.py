"""The demonstration's conductor: a real MCP client that follows the playbook with three workers."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO, TypeVar

import msgspec
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent
from msgspec import Struct

from orchestra_core.errors import OrchestraError
from orchestra_server.demo.storyline import PARTS, REQUEST, SUMMARY
from orchestra_server.demo.worker_reports import Finished, Found, StepDone, decode_report

Reply = TypeVar("Reply", bound=Struct)


class OpenedTask(Struct, frozen=True):
    """What the conductor needs of start_task's answer."""

    task_id: str


class OpenedChamber(Struct, frozen=True):
    """What the conductor needs of each chamber."""

    name: str
    path: str


class OpenedChambers(Struct, frozen=True):
    """What the conductor needs of create_chambers_batch's answer."""

    chambers: tuple[OpenedChamber, ...]


class ToolFailed(OrchestraError):  # noqa: N818 - reads as what it says
    """A tool answered with an error."""


async def conduct(directory: Path, pace: float, environ: Mapping[str, str], log: TextIO) -> None:
    """Play the whole task on the repository at `directory`; `pace` is seconds of thought."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-P", "-m", "orchestra_server"],
        env={**environ, "CLAUDE_PROJECT_DIR": str(directory)},
        cwd=directory,
    )
    async with Client(stdio_client(server, errlog=log)) as client:
        await _Conductor(client, directory, pace).play()


class _Conductor:
    def __init__(self, client: Client, directory: Path, pace: float) -> None:
        self._client = client
        self._directory = directory
        self._pace = pace
        self._task = ""

    async def play(self) -> None:
        started = await self._call("start_task", {"description": REQUEST}, OpenedTask)
        self._task = started.task_id
        await self._say("advance_phase")
        opened = await self._call(
            "create_chambers_batch",
            {
                "task_id": self._task,
                "chamber_names": list(PARTS),
                "briefs": {name: part.brief for name, part in PARTS.items()},
            },
            OpenedChambers,
        )
        await asyncio.sleep(self._pace)
        await self._say("advance_phase")
        async with asyncio.TaskGroup() as workers:
            for chamber in opened.chambers:
                workers.create_task(self._worker(chamber))
        for _ in ("integration", "verification"):
            await self._say("advance_phase")
            await asyncio.sleep(self._pace)
        await self._say("complete_task", commit_changes=True, summary=SUMMARY)

    async def _worker(self, chamber: OpenedChamber) -> None:
        agent = f"implementation-executor-{chamber.name}"
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
                    await self._take(agent, line)
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                with contextlib.suppress(ProcessLookupError):
                    await process.wait()

    async def _take(self, agent: str, line: bytes) -> None:
        match decode_report(line):
            case StepDone(action=action, result=result, patterns=patterns):
                await self._say(
                    "record_agent_action",
                    agent_id=agent,
                    action=action,
                    result=result,
                    patterns=list(patterns),
                )
            case Found() as found:
                await self._say(
                    "share_discovery",
                    agent_id=agent,
                    discovery=found.discovery,
                    severity=found.severity,
                    impact=found.impact,
                    affects=list(found.affects),
                )
            case Finished(report=report):
                await self._say(
                    "record_agent_action", agent_id=agent, action="Finished", result=report
                )

    async def _say(self, tool: str, **arguments: object) -> None:
        await self._call(tool, {"task_id": self._task, **arguments}, Struct)

    async def _call(self, tool: str, arguments: dict[str, object], reply: type[Reply]) -> Reply:
        result = await self._client.call_tool(tool, arguments)
        if result.is_error:
            words = [block.text for block in result.content if isinstance(block, TextContent)]
            raise ToolFailed(f"{tool}: {' '.join(words)}")
        return msgspec.convert(result.structured_content, reply)
