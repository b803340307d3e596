"""Starts an agent by its driver on a scripted model, and collects its reports in a list."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from orchestra_server.agents.acp.acp_driver import AcpDriver
from orchestra_server.agents.agent_driver import Allow, Driver, Launch, Session
from orchestra_server.agents.claude.claude_driver import ClaudeDriver
from orchestra_server.agents.reports import Asked, Ended, Report, TurnEnded
from tests.support.agents.claude_code import claude_binary, client_environ
from tests.support.agents.opencode import opencode_binary, opencode_environ
from tests.support.agents.scripted_model import ModelHandler, Script, ScriptedModel, scripted_model

FAKE_AGENT = Path(__file__).with_name("fake_agent.py")
WAITS = "touch started; exec tail -f /dev/null"  # a command that runs until it is ended
Kind = TypeVar("Kind")
TurnEnd = Literal["done", "aborted"]


@dataclass(frozen=True)
class Agent:
    """An agent and what starts it."""

    name: str
    driver: Driver
    command: Callable[[], tuple[str, ...]]
    environ: Callable[[Path, str], Mapping[str, str]] = client_environ
    model: type[ModelHandler] = ModelHandler
    denial: TurnEnd = "done"  # how a turn ends in which a tool is denied


FAKE_CLAUDE = Agent("fake claude", ClaudeDriver(), lambda: fake_agent("claude"))
FAKE_ACP = Agent("fake acp", AcpDriver(), lambda: fake_agent("acp"))
OPENCODE = Agent("opencode", AcpDriver(), lambda: (str(opencode_binary()), "acp"), opencode_environ)
CLAUDE = Agent("claude", ClaudeDriver(), lambda: (str(claude_binary()),))


def fake_agent(protocol: str) -> tuple[str, ...]:
    """Return the command of the fake agent."""
    return (sys.executable, "-S", str(FAKE_AGENT), protocol)


@dataclass
class Stage:
    """A directory, a home and a model for the sessions of one agent."""

    agent: Agent
    directory: Path
    home: Path
    model: ScriptedModel

    def launch(self, conversation: str = "", **environ: str) -> Launch:
        """Return what starts the agent here."""
        variables = {**self.agent.environ(self.home, self.model.url), **environ}
        return Launch("claude", self.agent.command(), self.directory, variables, conversation)

    @asynccontextmanager
    async def session(self, conversation: str = "", **environ: str) -> AsyncGenerator["Played"]:
        """Run a session to the end of the block, which leaves no process behind."""
        session = await self.agent.driver.start(self.launch(conversation, **environ))
        played = Played(session)
        listener = asyncio.create_task(played.listen())
        try:
            yield played
        finally:
            await session.close(5)
            async with asyncio.timeout(60):
                await listener
        assert isinstance(played.reports[-1], Ended)
        assert processes_in(self.directory) == []


@dataclass
class Played:
    """A session whose reports are gathered."""

    session: Session
    reports: list[Report] = field(default_factory=list[Report])
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Gather all reports."""
        async for report in self.session.reports():
            self.reports.append(report)
            self.news.set()

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Return the reports of one kind so far."""
        return [report for report in self.reports if isinstance(report, kind)]

    async def nth(self, kind: type[Kind], count: int = 1, seconds: float = 60) -> Kind:
        """Wait for the report of a kind that is the `count`th, and return it."""
        async with asyncio.timeout(seconds):
            while len(self.all(kind)) < count:
                self.news.clear()
                await self.news.wait()
        return self.all(kind)[count - 1]

    async def turn(self, count: int = 1) -> TurnEnded:
        """Wait for the end of a turn."""
        return await self.nth(TurnEnded, count)

    async def allow(self, count: int = 1) -> Asked:
        """Allow the `count`th permission request."""
        asked = await self.nth(Asked, count)
        await self.session.answer(asked.ask_id, Allow())
        return asked


@asynccontextmanager
async def stage(agent: Agent, folder: Path, script: Script) -> AsyncGenerator[Stage]:
    """Prepare a stage; the model must not have failed at the end."""
    directory, home = folder / "chamber", folder / "home"
    for place in (directory, home):
        place.mkdir(exist_ok=True)
    with scripted_model(script, agent.model) as model:
        yield Stage(agent, directory.resolve(), home, model)
        assert model.faults == []


def processes_in(directory: Path) -> list[str]:
    """Return the commands of the processes that work in a directory."""
    return [
        command
        for place in Path("/proc").glob("[0-9]*")
        if (command := _command_in(place, directory))
    ]


def _command_in(place: Path, directory: Path) -> str:
    try:
        if not (place / "cwd").resolve().is_relative_to(directory):
            return ""
        return (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
