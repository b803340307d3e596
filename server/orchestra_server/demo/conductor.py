"""The demo's conductor: a real MCP client that plays one story after the other."""

import asyncio
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TextIO

from mcp import Client, StdioServerParameters, stdio_client

from orchestra_core.errors import OrchestraError
from orchestra_server.demo.demo_round import DemoRound
from orchestra_server.demo.stories.stories import story_of

_PAUSE_PACES = 3.0  # the pause between two rounds, as a multiple of the workers' pace
_LEAST_PAUSE_S = 1.0


async def conduct(
    directory: Path, pace: float, environ: Mapping[str, str], log: TextIO, rounds: int = 1
) -> None:
    """Play `rounds` stories on the repository at `directory`; 0 means without end.

    `pace` is the time between two steps in seconds. If rounds have no end, a failed round (the
    operator may have closed its chambers) is followed by the next.
    """
    server = StdioServerParameters(
        command=sys.executable,
        args=["-P", "-m", "orchestra_server"],
        env={**environ, "CLAUDE_PROJECT_DIR": str(directory)},
        cwd=directory,
    )
    async with Client(stdio_client(server, errlog=log)) as client:
        for number in count(1):
            playing = DemoRound(client, directory, pace, story_of(number), number)
            try:
                await playing.play()
            except* OrchestraError as faults:
                if rounds:
                    raise
                log.write(f"round {number}: {faults.exceptions[0]}\n")
            if number == rounds:
                return
            await asyncio.sleep(max(_LEAST_PAUSE_S, pace * _PAUSE_PACES))
