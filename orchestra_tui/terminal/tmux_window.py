"""Opens a new window in the tmux that the room runs in."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress

from orchestra_core.errors import Refused

_SECONDS = 5.0


def is_in_tmux(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the room runs in tmux and tmux can be called."""
    return bool(environ.get("TMUX")) and shutil.which("tmux", path=environ.get("PATH")) is not None


async def open_window(name: str, directory: str, command: str) -> None:
    """Run a command in a new window; its shell stays when the command ends.

    Raises Refused with tmux's error, or if it does not answer in time.
    """
    window_command = f'{command}; exec "${{SHELL:-/bin/sh}}"'
    window = ("new-window", "-n", name, "-c", directory, "sh", "-c", window_command)
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux",
            *window,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as fault:
        raise Refused(f"tmux opened no window for {name}: {fault}") from fault
    try:
        async with asyncio.timeout(_SECONDS):
            _, said = await process.communicate()
    except TimeoutError as fault:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise Refused(f"tmux opened no window for {name} within {_SECONDS:g} s") from fault
    if process.returncode:
        words = said.decode(errors="replace").strip()
        raise Refused(f"tmux opened no window for {name}: {words}")
