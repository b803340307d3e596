"""A session in which the test plays the agent: it reports events and sees the messages."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.agents.agent_driver import Abilities, Answer, Session
from orchestra_server.agents.reports import (
    Ended,
    PromptRead,
    Report,
    TurnBegan,
    TurnEnded,
)


@dataclass
class ScriptedSession:
    """One session: `say` makes the agent report, `heard` is what it was told, in order."""

    conversation: str = "c-1"
    abilities: Abilities = field(default_factory=Abilities)
    pid: int = 0  # of no process: what is left of a session is ended by it
    heard: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    reads_at_once: bool = True
    closed: bool = False

    def __post_init__(self) -> None:
        self._reports = asyncio.Queue[Report]()
        self._in_turn = False

    def say(self, *reports: Report) -> None:
        """Report these events."""
        for report in reports:
            self._reports.put_nowait(report)
            if isinstance(report, TurnEnded):
                self._in_turn = False

    async def reports(self) -> AsyncGenerator[Report]:
        while True:
            report = await self._reports.get()
            yield report
            if isinstance(report, Ended):
                return

    async def prompt(self, text: str, prompt_id: str = "") -> None:
        self._hear("prompt", text, prompt_id)

    async def interrupt(self, text: str = "", prompt_id: str = "") -> None:
        if self._in_turn:
            self.say(TurnEnded("aborted"))
        if text:
            self._hear("interrupt", text, prompt_id)
        else:
            self.heard.append(("interrupt", ""))

    async def answer(self, ask_id: str, answer: Answer) -> None:
        self.answers[ask_id] = answer

    async def close(self, seconds: float) -> None:
        del seconds
        if not self.closed:
            self.closed = True
            self.say(Ended("closed", 0))

    def _hear(self, how: str, text: str, prompt_id: str) -> None:
        if self.closed:
            raise Refused("the agent has ended")
        self.heard.append((how, text))
        if not self._in_turn:
            self._in_turn = True
            self.say(TurnBegan())
        if prompt_id and self.reads_at_once:
            self.say(PromptRead(prompt_id))


class ScriptedAgents:
    """Starts scripted sessions in place of a driver's, and keeps them by their chambers' names."""

    def __init__(self) -> None:
        self.sessions = dict[str, ScriptedSession]()
        self.starts = list[StartedWorker]()
        self.fault: OrchestraError | None = None
        self.abilities = Abilities()
        self.conversation = "c-1"

    async def start(self, worker: StartedWorker, chamber: Chamber) -> Session:
        """Start a session, or fail as `fault` says."""
        self.starts.append(worker)
        if self.fault is not None:
            raise self.fault
        session = ScriptedSession(
            worker.conversation or self.conversation, abilities=self.abilities
        )
        self.sessions[chamber.name] = session
        return session
