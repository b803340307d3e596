"""The conductor as a process: `python -m orchestra_server.demo DIRECTORY`.

It ends when its stdin closes, so that it never outlives its starter.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.settings import VARIABLES
from orchestra_server.demo.conductor import conduct


async def _run(directory: Path, pace: float, rounds: int) -> int:
    environ = {name: os.environ[name] for name in (*VARIABLES, "PATH") if name in os.environ}
    conducting = asyncio.create_task(conduct(directory, pace, environ, sys.stderr, rounds))
    stdin_end = asyncio.create_task(_until_stdin_closes())
    await asyncio.wait((conducting, stdin_end), return_when=asyncio.FIRST_COMPLETED)
    if not conducting.done():
        conducting.cancel()
        await asyncio.gather(conducting, return_exceptions=True)
        return 1
    stdin_end.cancel()
    conducting.result()
    return 0


async def _until_stdin_closes() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main() -> int:
    """Run the demo; an error is one line on stderr."""
    parser = argparse.ArgumentParser(prog="orchestra-demo-conductor")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=1, help="0 without end")
    options = parser.parse_args()
    try:
        return asyncio.run(_run(options.directory, options.pace, options.rounds))
    except* OrchestraError as group:
        for error in _leaves(group):
            sys.stderr.write(f"orchestra demo: {error}\n")
    return 1


def _leaves(group: BaseExceptionGroup[OrchestraError]) -> Iterator[OrchestraError]:
    """Yield the errors themselves, unwrapped from nested exception groups."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


if __name__ == "__main__":
    sys.exit(main())
