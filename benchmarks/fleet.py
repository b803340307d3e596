"""`python -m benchmarks.fleet`: what fifty workers' hooks and the daemon take of the processor.

Fifty real chambers of one repository, in each a client without a model that calls a tool every two
seconds: it runs all hooks of `PreToolUse`, `PostToolUse` and `PostToolBatch` that the settings
name, with 4 KB on stdin. What the processes take is what the kernel says of them.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.projects.chamber_batches import create_chambers
from benchmarks.projects.places import a_place
from benchmarks.projects.warm_daemon import a_warm_daemon
from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.project import find_project
from orchestra_server.files.spool.spool_folder import has_files
from tests.support.hooks.hooked_checkout import read_settings_file

_EVERY = 2.0  # seconds between two tool calls of one worker
_FILLER = "y" * 4_000
_EVENTS = ("PreToolUse", "PostToolUse", "PostToolBatch")
_FLOOR_RUNS = 300
_PATIENCE = 60.0


class ChamberClient:
    """The client in one chamber."""

    def __init__(self, chamber: Path) -> None:
        self._chamber = chamber
        self._settings = read_settings_file(chamber / ".claude" / "settings.local.json")
        self.calls = 0
        self.hooks = 0

    async def work(self, first: float, seconds: float) -> None:
        """Call a tool every two seconds, the first one after `first`."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        moment = first
        while moment < seconds:
            await asyncio.sleep(max(0.0, began + moment - loop.time()))
            for event in _EVENTS:
                await self._fire(event)
            self.calls += 1
            moment += _EVERY

    async def _fire(self, event: str) -> None:
        groups = self._settings.hooks.get(event, ())
        payload = {
            "session_id": self._chamber.name,
            "cwd": str(self._chamber),
            "hook_event_name": event,
            "tool_name": "Read",
            "tool_input": {"file_path": "/a"},
            "filler": _FILLER,
        }
        commands = [
            hook.command for group in groups if _matches(group.matcher) for hook in group.hooks
        ]
        stdin = json.dumps(payload).encode()
        await asyncio.gather(*(self._run(command, stdin) for command in commands))
        self.hooks += len(commands)

    async def _run(self, command: str, stdin: bytes) -> None:
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", command),
            cwd=self._chamber,
            env={
                **os.environ,
                "CLAUDE_PROJECT_DIR": str(self._chamber),
                "CLAUDE_PID": str(os.getpid()),
            },
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        await process.communicate(stdin)


def _matches(matcher: str) -> bool:
    """Tell whether a group is for a tool that reads."""
    return matcher in {"", "*"} or "Read" in matcher.split("|")


def children_cpu_ms() -> float:
    """Return what all processes took that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1_000


def process_cpu_ms(process: int) -> float:
    """Return what a running process has taken (proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1_000 / os.sysconf("SC_CLK_TCK")


async def _work(clients: Sequence[ChamberClient], seconds: float) -> None:
    pause = _EVERY / len(clients)
    await asyncio.gather(
        *(client.work(number * pause, seconds) for number, client in enumerate(clients))
    )


def _floor_ms() -> float:
    """Return what `/bin/true` takes, started in the same way."""

    async def runs() -> None:
        for _ in range(_FLOOR_RUNS):
            process = await asyncio.create_subprocess_exec("/bin/true")
            await process.wait()

    before = children_cpu_ms()
    asyncio.run(runs())
    return (children_cpu_ms() - before) / _FLOOR_RUNS


def _seconds_until_read(common_dir: Path) -> float:
    began = time.monotonic()
    while has_files(common_dir) and time.monotonic() < began + _PATIENCE:
        time.sleep(0.01)
    return time.monotonic() - began


def measure(chambers: int, seconds: float, say: Callable[[str], object]) -> None:
    """Measure, and say the figures."""
    with a_place() as place:
        directory = place.repository().path
        paths = asyncio.run(create_chambers(place, directory, chambers))
        common_dir = find_project(directory).git_dir
        with a_warm_daemon(place, directory):
            answer = ask_daemon(common_dir, {"call": "about"}, 5) or {}
            daemon, store = int(answer["pid"]), place.server.process
            assert store is not None  # noqa: S101 - it runs
            load = os.getloadavg()[0]
            clients = [ChamberClient(path) for path in paths]
            before = (children_cpu_ms(), process_cpu_ms(daemon), process_cpu_ms(store.pid))
            asyncio.run(_work(clients, seconds))
            after = (children_cpu_ms(), process_cpu_ms(daemon), process_cpu_ms(store.pid))
            late = _seconds_until_read(common_dir)
    calls, hooks = (
        sum(client.calls for client in clients),
        sum(client.hooks for client in clients),
    )
    of_hooks, of_daemon, of_store = (
        (end - begin) / calls for begin, end in zip(before, after, strict=True)
    )
    floor = _floor_ms()
    say(
        f"{chambers} chambers, {seconds:.0f} s, {calls} tool calls, "
        f"{hooks / calls:.1f} hooks each; "
        f"load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end\n"
        f"processor for a tool call: hooks {of_hooks:.1f} ms, daemon {of_daemon:.1f} ms, "
        f"store {of_store:.1f} ms; /bin/true {floor:.2f} ms; "
        f"the last report was taken in {late:.2f} s after the last call\n"
    )


def main() -> int:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet")
    parser.add_argument("--chambers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    measure(options.chambers, options.seconds, sys.stdout.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
