"""MCP servers on stdio as a conductor starts them, called by the SDK's client."""

import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import msgspec
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent

from benchmarks.projects.places import Place
from orchestra_core.clock import now_ms
from orchestra_core.store.store import Store

ORCHESTRA = (sys.executable, "-m", "orchestra_server")
EMPTY = (sys.executable, "-m", "benchmarks.projects.empty_server")
_CHECKOUT = Path(__file__).parents[2]
_NUMBERS = count()


class Identified(msgspec.Struct):
    """The part of an answer that is read."""

    task_id: str = ""
    interrupt_id: str = ""


@asynccontextmanager
async def served(command: tuple[str, ...], place: Place, directory: Path) -> AsyncGenerator[Client]:
    """Start a server for `directory` and give its client."""
    program, *arguments = command
    parameters = StdioServerParameters(
        command=program,
        args=arguments,
        env={
            **place.environ,
            "CLAUDE_PROJECT_DIR": str(directory),
            "PYTHONPATH": str(_CHECKOUT),
        },
        cwd=directory,
    )
    with (place.directory / "server.log").open("a", encoding="utf-8") as log:
        async with Client(stdio_client(parameters, errlog=log)) as client:
            yield client


async def sent_ms(client: Client, store: Store, chamber: Path, task_id: str) -> float:
    """Interrupt the worker of a chamber; return the milliseconds until its file is there.

    Each message is different, as people's are: a repeated one is looked up first.
    The message is then read on the worker's behalf, so that the next one meets an empty mailbox.
    """
    mailbox = chamber / ".INTERRUPT"
    message = f"Use S256 only ({next(_NUMBERS)})"
    arguments = {"task_id": task_id, "chamber": chamber.name, "message": message}
    began = time.perf_counter()
    answer = await call(client, "interrupt_worker", arguments)
    taken = (time.perf_counter() - began) * 1_000
    mailbox.unlink()  # it must be there
    await store.stamp_interrupt(answer.interrupt_id, "acted", at=now_ms(), actor="benchmark")
    return taken


async def call(client: Client, tool: str, arguments: Mapping[str, object]) -> Identified:
    """Call a tool; raises RuntimeError with its message if it answers an error."""
    answer = await client.call_tool(tool, dict(arguments))
    if answer.is_error:
        said = [block.text for block in answer.content if isinstance(block, TextContent)]
        raise RuntimeError(f"{tool}: {' '.join(said)}")
    return msgspec.convert(answer.structured_content, Identified)
