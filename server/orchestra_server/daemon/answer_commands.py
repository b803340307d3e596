"""Runs the operator's commands in the daemon, which has everything open."""

import asyncio
import contextlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import msgspec

from orchestra_core.clock import now_ms
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.errors import BadInput, OrchestraError
from orchestra_core.project import Project
from orchestra_core.text import one_line
from orchestra_server.commands.command import OperatorCommand, run_command
from orchestra_server.daemon.served_store import ServedStore
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.background_tasks import Background
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool

_FINISH_SECONDS = 2.0
CommandAnswer: TypeAlias = dict[str, object]
_log = logging.getLogger(__name__)


class CommandRunner:
    """Answers each command with the text that it prints, or with one line of error."""

    def __init__(self, project: Project, settings: LiveSettings, store: ServedStore) -> None:
        self._project = project
        self._settings = settings
        self._store = store
        self._background = Background()

    async def run(self, asked: object) -> CommandAnswer:
        """Run a command as it came over the socket."""
        try:
            command = msgspec.convert(asked, OperatorCommand)
            text = await run_command(await self._context(command), command)
        except msgspec.ValidationError as fault:
            return {"error": one_line(f"the daemon does not know this command: {fault}")}
        except OrchestraError as fault:
            return {"error": one_line(str(fault)), "misused": isinstance(fault, BadInput)}
        except Exception as fault:  # noqa: BLE001 - the asker must hear of it
            _log.exception("%r failed", asked)
            reason = one_line(f"{type(fault).__name__}: {fault}", 300)
            return {"error": f"the command failed inside the daemon ({reason}); see its log"}
        return {"text": text, "json": command.json}

    async def finish(self) -> None:
        """Wait for the background work of commands."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FINISH_SECONDS):
                await self._background.finish()

    async def _context(self, command: OperatorCommand) -> Context:
        store = await self._store.use()
        await take_in_spool(store, self._project.git_dir, now_ms)
        return Context(
            store=store,
            project=replace(self._project, root=Path(command.root)),
            settings=self._settings.now(),
            actor=command.actor,
            background=self._background,
        )
