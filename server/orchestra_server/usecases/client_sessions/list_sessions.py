"""What Claude Code says about its sessions: `claude agents --json`."""

import asyncio
import logging
import os
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

_SECONDS = 15.0  # seconds; on a busy machine the client takes two
_log = logging.getLogger(__name__)


class ClientSession(Struct, frozen=True, rename="camel"):
    """One session; a background session has an `id`, which `claude attach` takes."""

    id: str = ""
    session_id: str = ""
    cwd: str = ""
    kind: str = ""
    state: str = ""  # of a background session: working, blocked …
    status: str = ""  # of a running session: busy, waiting, idle
    waiting_for: str = ""

    @property
    def is_blocked(self) -> bool:
        """Whether it is in the background and waits for a person."""
        return self.kind == "background" and self.state == "blocked"

    @property
    def waits(self) -> bool:
        """Whether it shows a dialog."""
        return self.status == "waiting"


async def list_sessions(
    below: Path, environ: Mapping[str, str] = os.environ
) -> list[ClientSession] | None:
    """Return the sessions below a directory that have not ended; None if that is unknown."""
    claude = shutil.which("claude", path=environ.get("PATH"))
    if claude is None:
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            *(claude, "agents", "--json", "--cwd", str(below)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env=dict(environ),
        )
    except OSError as fault:
        _log.warning("claude agents cannot be asked (%s)", fault)
        return None
    try:
        async with asyncio.timeout(_SECONDS):
            told, _ = await process.communicate()
        return msgspec.json.decode(told, type=list[ClientSession])
    except (TimeoutError, msgspec.DecodeError) as fault:
        _log.warning("claude agents --json gave no list (%s)", str(fault) or "it took too long")
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
