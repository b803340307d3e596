"""Two subagents of the real Claude Code in one chamber: mail reaches both and counts once."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from tests.e2e.conftest import ClientSetup
from tests.e2e.test_worker_mail import MESSAGE, OpenChamber, mail, open_chamber, send
from tests.support.agents.scripted_model import CallTool, ModelAnswer, ModelRequest, Say

pytestmark = pytest.mark.timeout(400)

NAMES = ("Ada", "Grace")
_PATIENCE_S = 60


@dataclass
class Play:
    """The script of the conductor and its two workers, and what each of them read.

    Both have begun in the chamber when the mail comes: Ada thinks of two calls at once, Grace of
    her last word, which she says when Ada has read it.
    """

    client_setup: ClientSetup
    chamber: OpenChamber
    read: dict[str, list[ModelRequest]] = field(default_factory=dict[str, list[ModelRequest]])
    _both_think: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))
    _ada_has_read: threading.Event = field(default_factory=threading.Event)

    def __call__(self, request: ModelRequest) -> ModelAnswer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        name = next((name for name in NAMES if f"You are {name}." in prompt), "conductor")
        self.read.setdefault(name, []).append(request)
        if name == "conductor":
            return self.conduct(request)
        return self.work(name, request)

    def conduct(self, request: ModelRequest) -> ModelAnswer:
        if request.answers("Agent"):
            return [Say("I wait for my workers.")]
        asked = {"subagent_type": "general-purpose", "description": "Work"}
        where = f"Work in {self.chamber.path}."
        return [
            CallTool("Agent", {**asked, "prompt": f"You are {name}. {where}"}) for name in NAMES
        ]

    def work(self, name: str, request: ModelRequest) -> ModelAnswer:
        if request.turn == 0:
            return [self.touch(f"{name}-begins")]
        if request.turn == 1:
            if self._both_think.wait(_PATIENCE_S) == 0:
                asyncio.run(send(self.client_setup, self.chamber))
            self._both_think.wait(_PATIENCE_S)
            if name == "Ada":
                return [self.touch("one"), self.touch("another")]
            assert self._ada_has_read.wait(_PATIENCE_S)
            return [Say("My part is done.")]
        self._ada_has_read.set()
        return [self.touch("after")] if request.turn == 2 else [Say("My part is done.")]

    def touch(self, name: str) -> CallTool:
        command = f"touch '{self.chamber.path / name}'"
        return CallTool("Bash", {"command": command, "description": "Leave a mark"})


async def test_mail_reaches_both_workers_of_a_chamber_and_counts_once(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    play = Play(client_setup, chamber)
    await asyncio.to_thread(perform, client_setup, play)
    ada, grace = (play.read[name][-1] for name in NAMES)
    assert [result.is_error for result in ada.results()] == [False, True, True, False]
    assert [ada.text().count(MESSAGE), grace.text().count(MESSAGE)] == [1, 1]
    assert all(MESSAGE not in request.text() for request in play.read["conductor"])
    assert sorted(
        path.name for path in chamber.path.iterdir() if not path.name.startswith(".")
    ) == [*("Ada-begins", "Grace-begins", "after", "shop.py")]
    read = await mail(client_setup)
    assert read.state == "acted"
    assert 0 < read.sent_at <= read.posted_at <= read.delivered_at <= read.acted_at
    project = find_project(client_setup.repository.path)
    async with open_store(project.id, client_setup.settings) as store:
        kinds = [event.kind for event in await store.events()]
    assert [kind for kind in kinds if kind.startswith("interrupt.")] == [
        f"interrupt.{state}" for state in ("sent", "posted", "delivered", "acted")
    ]


def perform(client_setup: ClientSetup, play: Play) -> None:
    client_setup.play(play, prompt="Let two workers begin.", allowed="Bash Task")
