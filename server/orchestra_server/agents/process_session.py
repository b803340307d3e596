"""A session with an agent's process, in any protocol."""

import asyncio
import signal
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress

from orchestra_core.errors import Refused
from orchestra_server.agents.agent_driver import Abilities, Answer, ConversationLost, Launch
from orchestra_server.agents.dialect import Dialect, Exchange
from orchestra_server.agents.process.agent_process import AgentProcess, start_process
from orchestra_server.agents.reports import Ended, Report

READY_SECONDS = 180.0  # twenty agents that start at once on a busy machine take minutes
_TELL_SECONDS = 0.5  # for an agent that does not read
_END_SECONDS = 0.2  # for an agent whose start failed


class ProcessSession:
    """Carries lines between a process and its dialect."""

    def __init__(self, agent: str, process: AgentProcess, dialect: Dialect) -> None:
        self._agent, self._process, self._dialect = agent, process, dialect
        self._lines = process.lines()
        self._early: deque[Report] = deque()  # reports from before it was ready
        self._is_closed = False
        self._is_read = False  # a reader, who closes the pipes after the last line

    @property
    def conversation(self) -> str:
        """The agent's own id of the conversation."""
        return self._dialect.conversation

    @property
    def pid(self) -> int:
        """The id of the process, which leads its group."""
        return self._process.pid

    @property
    def abilities(self) -> Abilities:
        """What this agent can do."""
        return self._dialect.abilities

    async def get_ready(self, seconds: float) -> None:
        """Wait until the agent takes prompts; raises Refused, with its last words, if it fails."""
        try:
            async with asyncio.timeout(seconds):
                await self._send(self._dialect.open())
                while not self._dialect.is_ready:
                    exchange = self._dialect.receive(await anext(self._lines))
                    self._early.extend(exchange.reports)
                    await self._send(exchange)
        except TimeoutError:
            raise Refused(self._sentence(f"was not ready after {seconds:.0f} s")) from None
        except StopAsyncIteration:
            status = await self._process.wait()
            if self._dialect.has_lost_conversation(self._process.last_words):
                words = f"cannot go on with its conversation {self.conversation}"
                raise ConversationLost(self._sentence(words)) from None
            raise Refused(self._sentence(f"ended at once {how_it_ended(status or 0)}")) from None

    async def reports(self) -> AsyncGenerator[Report]:
        """Yield what happens; the last report is `Ended`."""
        self._is_read = True
        try:
            while self._early:
                yield self._early.popleft()
            async for line in self._lines:
                exchange = self._dialect.receive(line)
                for report in exchange.reports:
                    yield report
                await self._send_if_it_listens(exchange)
            status = await self._process.wait()
            await self._process.clean_up()
            yield self._end(status or 0)
        finally:
            self._is_read = False
            if self._process.status is not None:
                self._process.close_pipes()

    async def prompt(self, text: str, prompt_id: str = "") -> None:
        """Begin a turn, or add to the running one."""
        await self._send(self._dialect.prompt(text, prompt_id))

    async def interrupt(self, text: str = "", prompt_id: str = "") -> None:
        """Abort the running turn; a text begins the next one."""
        await self._send(self._dialect.interrupt(text, prompt_id))

    async def answer(self, ask_id: str, answer: Answer) -> None:
        """Answer a request; does nothing if the agent has ended."""
        await self._send_if_it_listens(self._dialect.answer(ask_id, answer))

    async def close(self, seconds: float) -> None:
        """Abort the turn, then end the agent and everything it started."""
        if self._dialect.is_ready and not self._is_closed:
            # When its input ends, Claude Code first finishes its turn, and a tool may never end.
            with suppress(TimeoutError):
                async with asyncio.timeout(_TELL_SECONDS):
                    await self._send_if_it_listens(self._dialect.interrupt("", ""))
        self._is_closed = True
        await self._process.end(seconds)
        if not self._is_read:
            self._process.close_pipes()

    async def _send(self, exchange: Exchange) -> None:
        if exchange.lines:
            await self._process.write(b"".join(line + b"\n" for line in exchange.lines))

    async def _send_if_it_listens(self, exchange: Exchange) -> None:
        with suppress(Refused):  # its end is reported next
            await self._send(exchange)

    def _end(self, status: int) -> Ended:
        if self._is_closed:
            return Ended("closed", status)
        words = self._sentence(f"ended {how_it_ended(status)}")
        return Ended("failed" if status else "exited", status, words if status else "")

    def _sentence(self, what: str) -> str:
        said = self._process.last_words
        return f"{self._agent} {what}" + (f"; it said: {said}" if said else "")


def how_it_ended(status: int) -> str:
    """Return how a process ended in words; a negative status is a signal."""
    if status >= 0:
        return f"with status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"


async def start_session(
    launch: Launch, command: list[str], dialect: Dialect, seconds: float = READY_SECONDS
) -> ProcessSession:
    """Start an agent and wait until it is ready; if it raises Refused, nothing is left running."""
    session = ProcessSession(launch.agent, start_process(launch, command), dialect)
    try:
        await session.get_ready(seconds)
    except BaseException:
        await asyncio.shield(session.close(_END_SECONDS))
        raise
    return session
