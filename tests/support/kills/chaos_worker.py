"""A worker without a model: it runs all hooks that the settings name, as a client does."""

import asyncio
import json
import os
import random
import re
import signal
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.hooks.hooked_checkout import read_settings_file

# Identifies a message of the chaos test, wherever a hook shows it.
MARK = re.compile(r"chaos-[a-z]+\d*-\d+")
_TOOL = {"tool_name": "Edit", "tool_input": {"file_path": "notes"}}
_PATIENCE_S = 60.0


@dataclass
class ChaosWorker:
    """The client in one chamber, and what its hooks have printed."""

    chamber: Path
    chance: random.Random
    environ: Mapping[str, str]
    shown: Counter[str] = field(default_factory=Counter[str])
    shown_by_killed: Counter[str] = field(default_factory=Counter[str])
    calls: int = 0
    complaints: list[str] = field(default_factory=list[str])
    running: dict[int, bool] = field(default_factory=dict[int, bool])  # hooks: were they killed?

    async def start(self) -> None:
        """Begin the session."""
        await self._fire("SessionStart", {"source": "startup"})

    async def work(self, over: asyncio.Event) -> None:
        """Call one tool after another until the end; now and then the turn ends."""
        while not over.is_set():
            await self.call_tool()
            if self.chance.random() < 0.1:
                await self._fire("Stop", {"last_assistant_message": "so far"})
                await self._fire("UserPromptSubmit", {"prompt": "go on"})

    async def call_tool(self) -> None:
        """Call one tool, which runs unless a hook denies it."""
        self.calls += 1
        said = await self._fire("PreToolUse", _TOOL)
        if '"deny"' not in said:
            await self._fire("PostToolUse", {**_TOOL, "tool_response": {"ok": True}})
        await self._fire("PostToolBatch", {})

    async def end_turn(self, last_words: str) -> None:
        """End the turn, and again when mail has continued it."""
        while '"block"' in await self._fire("Stop", {"last_assistant_message": last_words}):
            await self.call_tool()

    def kill_one_hook(self) -> bool:
        """Kill one of the running hooks; return whether there was one."""
        alive = [process for process, is_killed in self.running.items() if not is_killed]
        if not alive:
            return False
        process = self.chance.choice(alive)
        self.running[process] = True
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        return True

    def has_mail(self) -> bool:
        """Whether mail waits, or was claimed by a hook that was killed."""
        return any(
            path.name not in {".INTERRUPT.suspended", ".INTERRUPT.delivered"}
            for path in self.chamber.glob(".INTERRUPT*")
        )

    async def _fire(self, event: str, fields: Mapping[str, object]) -> str:
        """Run all hooks of an event at once, and return what they print."""
        settings = read_settings_file(self.chamber / ".claude" / "settings.local.json")
        commands = [hook.command for group in settings.hooks.get(event, ()) for hook in group.hooks]
        payload = {
            "session_id": f"s-{self.chamber.name}",
            "cwd": str(self.chamber),
            "hook_event_name": event,
            **fields,
        }
        said = await asyncio.gather(
            *(self._run(command, json.dumps(payload).encode()) for command in commands)
        )
        return "".join(said)

    async def _run(self, command: str, stdin: bytes) -> str:
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", command),
            cwd=self.chamber,
            env={**self.environ, "CLAUDE_PROJECT_DIR": str(self.chamber)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self.running[process.pid] = False
        async with asyncio.timeout(_PATIENCE_S):
            out, err = await process.communicate(stdin)
        was_killed = self.running.pop(process.pid)
        # The client ignores the output of a hook that failed.
        to = self.shown_by_killed if was_killed and process.returncode else self.shown
        to.update(MARK.findall(out.decode()))
        if not was_killed and (process.returncode or err):
            self.complaints.append(f"{command[:200]}: {process.returncode} {err.decode()}")
        return "" if was_killed else out.decode()
