"""Runs the operator's commands in the daemon, which already has everything open."""

import asyncio
import contextlib
import logging
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, cast

import msgspec

from orchestra_core.clock import now_ms
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.errors import BadInput, OrchestraError
from orchestra_core.models import OPERATOR
from orchestra_core.process.file_mask import file_mask
from orchestra_core.project import Project
from orchestra_core.text import one_line
from orchestra_server.daemon.served_store import ServedStore
from orchestra_server.git.process.caller_environ import as_caller
from orchestra_server.operator_commands.chambers.chamber_command import (
    CHAMBER_COMMANDS,
    ChamberCommand,
)
from orchestra_server.operator_commands.operator_command import OperatorCommand, run_command
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.background_tasks import Background
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.gates.ask_daemon_to_judge import JUDGE, JudgeCommand
from orchestra_server.usecases.gates.judge_in_daemon import judge_in_daemon

_FINISH_SECONDS = 2.0
_OF_CHAMBERS = frozenset(CHAMBER_COMMANDS)
CommandAnswer: TypeAlias = Mapping[str, object]
_log = logging.getLogger(__name__)


class CommandRunner:
    """Answers each command with its output, or with a one-line error."""

    def __init__(
        self,
        project: Project,
        settings: LiveSettings,
        store: ServedStore,
        is_outdated: Callable[[], bool] = lambda: False,
    ) -> None:
        self._project = project
        self._settings = settings
        self._store = store
        self._is_outdated = is_outdated
        self._background = Background()
        self._umask = file_mask()

    async def run(
        self, asked: object, tell: Callable[[str], None] = lambda _waits_for: None
    ) -> CommandAnswer:
        """Run a command that came over the socket; `tell` is called with what it waits for."""
        try:
            if _name(asked) in _OF_CHAMBERS:
                return await self._run_for_chambers(msgspec.convert(asked, ChamberCommand), tell)
            if _name(asked) == JUDGE:
                return await self._judge(msgspec.convert(asked, JudgeCommand), tell)
            command = msgspec.convert(asked, OperatorCommand)
            context = await self._context(command.root)
            text = await run_command(replace(context, actor=command.actor), command)
        except msgspec.ValidationError as fault:
            return {"error": one_line(f"the daemon does not know this command: {fault}")}
        except OrchestraError as fault:
            return {"error": one_line(str(fault)), "misused": isinstance(fault, BadInput)}
        except Exception as fault:  # noqa: BLE001 - the asker must hear of it
            return self._failed(asked, fault)
        return {"text": text, "json": command.json}

    def _failed(self, asked: object, fault: Exception) -> CommandAnswer:
        """Return the answer to a command that failed for a reason that nobody foresaw.

        Where the code has changed under the daemon, the asker repeats the command without it.
        """
        _log.error("%r failed", _name(asked), exc_info=fault)  # without the asker's environment
        if isinstance(fault, ImportError) or self._is_outdated():
            return {"differs": "version"}
        reason = one_line(f"{type(fault).__name__}: {fault}", 300)
        return {"error": f"the command failed inside the daemon ({reason}); see its log"}

    async def _run_for_chambers(
        self, command: ChamberCommand, tell: Callable[[str], None]
    ) -> CommandAnswer:
        """Run a command with the caller's environment, as the caller's own process would."""
        if command.umask not in (None, self._umask):
            return {"differs": "umask"}  # files would get other permissions
        context = await self._context(command.root)

        def on_wait(waits_for: str) -> None:
            tell(one_line(waits_for))

        # Late: the code that creates, lands and closes chambers is a tenth of the daemon's memory.
        from orchestra_server.operator_commands.chambers.run_chamber_command import (  # noqa: PLC0415
            as_document,
            run_chamber_command,
        )

        waiting = replace(context, patience=math.inf, on_wait=on_wait)
        with as_caller(command.environ or os.environ):
            return as_document(await run_chamber_command(waiting, command))

    async def _judge(self, command: JudgeCommand, tell: Callable[[str], None]) -> CommandAnswer:
        """Run the gates of a landing, which another process of the clone waits for."""
        context = await self._context(command.root)

        def on_wait(waits_for: str) -> None:
            tell(one_line(waits_for))

        is_judged = await judge_in_daemon(context, command, on_wait)
        return {} if is_judged else {"differs": "gates"}

    async def finish(self) -> None:
        """Wait for the background work of commands."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FINISH_SECONDS):
                await self._background.finish()

    async def _context(self, root: str) -> Context:
        store = await self._store.use()
        await take_in_spool(store, self._project.git_dir, now_ms)
        return Context(
            store=store,
            project=replace(self._project, root=Path(root)),
            settings=self._settings.now(),
            actor=OPERATOR,
            background=self._background,
        )


def _name(asked: object) -> object:
    return cast("CommandAnswer", asked).get("name") if isinstance(asked, dict) else None
