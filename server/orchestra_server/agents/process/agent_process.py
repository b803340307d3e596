"""Runs one agent's process: lines out, lines in, and an end after which nothing of it runs."""

import asyncio
import os
import secrets
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import IO

from orchestra_core.errors import Refused
from orchestra_core.process.started_mark import STARTED
from orchestra_core.text import one_line
from orchestra_server.agents.agent_driver import Launch
from orchestra_server.agents.process.input_pipe import InputPipe
from orchestra_server.agents.process.leftover_processes import end_marked
from orchestra_server.agents.process.line_splitter import LineSplitter, OutputLine
from orchestra_server.agents.process.parent_death_guard import ParentDeathGuard
from orchestra_server.agents.process.wait_readable import CHUNK, wait_readable

WRITE_SECONDS = 10.0
_GRACE = 2.0  # seconds from SIGTERM to SIGKILL
_DRAIN = 1.0  # seconds to read what is left in the pipes after the end
_PIPES_HOLD = 1 << 21  # bytes that can be left in the pipes
_LAST_WORDS = 4_000  # bytes kept of the error output


class AgentProcess:
    """The process of an agent, the leader of a session of its own."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", guard: ParentDeathGuard, mark: str
    ) -> None:
        self._process, self._guard, self._mark = process, guard, mark
        agent_input, self._output, self._error_output = _pipes(process)
        self._input = InputPipe(agent_input)
        for pipe in (self._output, self._error_output):
            os.set_blocking(pipe.fileno(), False)
        self._ended = asyncio.get_running_loop().create_task(self._wait_for_end())
        self._errors = b""

    @property
    def pid(self) -> int:
        """The id of the process and of its group."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """How it ended, None while it runs."""
        return self._ended.result() if self._ended.done() else None

    @property
    def last_words(self) -> str:
        """The last lines of its error output, as one line."""
        return one_line(self._errors.decode("utf-8", "replace"), 600)

    async def lines(self) -> AsyncIterator[OutputLine]:
        """Yield the lines of its output until it has ended and its pipes are empty."""
        splitter, after_end = LineSplitter(), 0
        errors = self._error_output.fileno()
        open_pipes = {self._output.fileno(), errors}
        while open_pipes and after_end <= _PIPES_HOLD:
            ready = await self._readable(open_pipes)
            if not ready:
                break
            for pipe in ready:
                chunk = os.read(pipe, CHUNK)
                after_end += len(chunk) if self._ended.done() else 0
                if not chunk:
                    open_pipes.discard(pipe)
                elif pipe == errors:
                    self._errors = (self._errors + chunk)[-_LAST_WORDS:]
                else:
                    for line in splitter.feed(chunk):
                        yield line
        for line in splitter.rest():
            yield line

    async def write(self, content: bytes) -> None:
        """Write to its input, which it may read later; raises Refused if it has ended."""
        if self._ended.done():
            raise Refused("the agent has ended; start it again")
        await self._input.write(content, WRITE_SECONDS)

    def close_input(self) -> None:
        """Close its input, so that it reads the end of file."""
        self._input.close()

    async def wait(self, seconds: float | None = None) -> int | None:
        """Return how it ended, None if it still runs after `seconds`."""
        done, _ = await asyncio.wait({self._ended}, timeout=seconds)
        return self._ended.result() if done else None

    async def end(self, seconds: float) -> int:
        """Close its input, wait for `seconds`, then end it and what it started.

        Returns how it ended.
        """
        self.close_input()
        if await self.wait(seconds) is None:
            self._signal(signal.SIGTERM)
            if await self.wait(_GRACE) is None:
                self._signal(signal.SIGKILL)
        status = await asyncio.shield(self._ended)
        await self.clean_up()
        return status

    async def clean_up(self) -> None:
        """End what an ended agent has left running, and release its guard."""
        self._signal(signal.SIGKILL)
        await asyncio.to_thread(end_marked, self._mark)
        self._guard.release()
        self.close_input()

    def close_pipes(self) -> None:
        """Close the pipes after the last line was read."""
        self._output.close()
        self._error_output.close()

    async def _readable(self, pipes: set[int]) -> set[int]:
        """Return the pipes that can be read; none if nothing more will come."""
        if not self._ended.done():
            ready = await wait_readable(pipes, self._ended)
            if ready:
                return ready
        await self.clean_up()  # otherwise a child that inherited a pipe could hold it open forever
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN):
                return await wait_readable(pipes)
        return set()

    def _signal(self, number: int) -> None:
        """Send a signal to the process group, which may outlive its leader."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    async def _wait_for_end(self) -> int:
        try:
            ending = os.pidfd_open(self._process.pid)
        except (OSError, AttributeError):  # not on Linux, or no descriptor is left
            return await asyncio.to_thread(self._process.wait)
        try:
            await wait_readable({ending})
        finally:
            os.close(ending)
        return self._process.wait()


def start_process(launch: Launch, command: list[str]) -> AgentProcess:
    """Start an agent; raises Refused if the program or the directory does not exist."""
    mark = secrets.token_hex(8)
    guard = ParentDeathGuard.start(mark)
    try:
        process = subprocess.Popen(  # noqa: S603 - a list, no shell; the person's own configuration
            command,
            cwd=launch.directory,
            env={**launch.environ, STARTED: mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as fault:
        guard.release()
        raise Refused(_cannot_start(launch, fault)) from fault
    guard.watch(process.pid)
    return AgentProcess(process, guard, mark)


def _cannot_start(launch: Launch, fault: OSError) -> str:
    name, program = launch.agent, launch.command[0]
    if not launch.directory.is_dir():
        return f"{name} cannot start in {str(launch.directory)!r}: no such directory"
    cure = f"install it, or set agents.{name}.command in the configuration"
    if isinstance(fault, FileNotFoundError):
        return f"{name} is not installed: there is no program {program!r}; {cure}"
    return f"{name} cannot start: {program!r} cannot be run ({fault.strerror or fault}); {cure}"


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ValueError("the process was started without pipes")
    return process.stdin, process.stdout, process.stderr
