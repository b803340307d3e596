"""Sessions of a small fake agent: the contract, and its bad days."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.agents.acp.acp_dialect import AcpDialect
from orchestra_server.agents.agent_driver import Allow, ConversationLost, Launch
from orchestra_server.agents.claude.claude_dialect import ClaudeDialect
from orchestra_server.agents.dialect import Dialect
from orchestra_server.agents.process import agent_process
from orchestra_server.agents.process_session import how_it_ended, start_session
from orchestra_server.agents.reports import Asked, Ended, Noted
from tests.support.agents import agent_stories
from tests.support.agents.agent_stage import FAKE_ACP, FAKE_CLAUDE, Agent, processes_in, stage
from tests.support.agents.scripted_model import CallTool, Say
from tests.support.waiting import until

STORIES = [
    agent_stories.asks_before_it_acts,
    agent_stories.reads_words_at_the_next_tool,
    agent_stories.stops_and_is_redirected,
    agent_stories.withdraws_what_it_asked,
    agent_stories.goes_on_with_its_conversation,
    agent_stories.leaves_nothing_when_closed_in_a_tool,
]
FAKES = [FAKE_CLAUDE, FAKE_ACP]
_DIALECTS: dict[str, Callable[[Launch], Dialect]] = {
    FAKE_CLAUDE.name: lambda launch: ClaudeDialect(launch.agent, ""),
    FAKE_ACP.name: AcpDialect,
}
BOTH = pytest.mark.parametrize("agent", FAKES, ids=lambda agent: agent.name)
_AT_ONCE = "claude ended at once with status 1; it said: error: unknown option"


@BOTH
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_fake_agent_keeps_the_contract(
    story: Callable[[Agent, Path], Awaitable[None]], agent: Agent, tmp_path: Path
) -> None:
    await story(agent, tmp_path)


@pytest.mark.parametrize(
    ("agent", "day", "words"),
    [
        (FAKE_CLAUDE, "unsigned", "nobody is signed in to claude"),
        (FAKE_ACP, "unsigned", "nobody is signed in to claude; start it in a terminal"),
        (FAKE_CLAUDE, "other version", r"claude is version 2\.0\.9 and .* is needed; update it"),
        (FAKE_ACP, "other version", "claude speaks version 9 of the Agent Client Protocol"),
        (FAKE_CLAUDE, "exits", _AT_ONCE),
        (FAKE_ACP, "exits", _AT_ONCE),
    ],
)
async def test_an_agent_that_cannot_work_is_refused_with_its_last_words(
    agent: Agent, day: str, words: str, tmp_path: Path
) -> None:
    async with stage(agent, tmp_path, lambda _: [Say("")]) as here:
        with pytest.raises(Refused, match=words):
            await here.agent.driver.start(here.launch(FAKE_AGENT_DAY=day))
        assert processes_in(here.directory) == []


@BOTH
async def test_an_agent_that_does_not_answer_is_refused_after_a_while(
    agent: Agent, tmp_path: Path
) -> None:
    async with stage(agent, tmp_path, lambda _: [Say("")]) as here:
        launch = here.launch(FAKE_AGENT_DAY="hangs")
        with pytest.raises(Refused, match=r"claude was not ready after 0 s"):
            await start_session(launch, list(launch.command), _DIALECTS[agent.name](launch), 0.2)
        assert processes_in(here.directory) == []


@BOTH
async def test_a_start_whose_caller_gives_up_leaves_nothing_behind(
    agent: Agent, tmp_path: Path
) -> None:
    async with stage(agent, tmp_path, lambda _: [Say("")]) as here:
        start = asyncio.ensure_future(agent.driver.start(here.launch(FAKE_AGENT_DAY="hangs")))
        await until(lambda: bool(processes_in(here.directory)))
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        assert processes_in(here.directory) == []


@BOTH
async def test_a_lost_conversation_has_an_error_of_its_own(agent: Agent, tmp_path: Path) -> None:
    async with stage(agent, tmp_path, lambda _: [Say("")]) as here:
        with pytest.raises(ConversationLost, match=r"claude cannot go on with"):
            await agent.driver.start(here.launch("no-such-conversation"))


@BOTH
async def test_an_agent_that_dies_in_a_tool_ends_with_its_last_words(
    agent: Agent, tmp_path: Path
) -> None:
    calls = [CallTool("Bash", {"command": "exec tail -f /dev/null"})]
    async with (
        stage(agent, tmp_path, lambda _: calls) as here,
        here.session(FAKE_AGENT_DAY="dies in a tool") as played,
    ):
        await played.session.prompt("Begin.")
        await played.allow()
        words = "claude ended with status 7; it said: fatal: out of memory"
        assert await played.nth(Ended) == Ended("failed", 7, words)
        assert processes_in(here.directory) == []
        with pytest.raises(Refused, match="the agent has ended"):
            await played.session.prompt("Go on.")


@BOTH
async def test_an_answer_after_the_end_is_ignored(agent: Agent, tmp_path: Path) -> None:
    calls = [CallTool("Bash", {"command": "exec tail -f /dev/null"})]
    async with (
        stage(agent, tmp_path, lambda _: calls) as here,
        here.session() as played,
    ):
        await played.session.prompt("Begin.")
        asked = await played.nth(Asked)
        os.kill(played.session.pid, signal.SIGKILL)
        await played.nth(Ended)
        await played.session.answer(asked.ask_id, Allow())


@BOTH
async def test_garbage_is_named_and_the_agent_works_on(agent: Agent, tmp_path: Path) -> None:
    async with (
        stage(agent, tmp_path, lambda _: [Say("Fine.")]) as here,
        here.session(FAKE_AGENT_DAY="garbage") as played,
    ):
        await played.session.prompt("Begin.")
        assert (await played.turn()).reason == "done"
        assert "Warning: something" in played.all(Noted)[0].text


@BOTH
async def test_a_flood_of_100_mb_costs_no_memory(agent: Agent, tmp_path: Path) -> None:
    async with (
        stage(agent, tmp_path, lambda _: [Say("Fine.")]) as here,
        here.session(FAKE_AGENT_DAY="flood") as played,
    ):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await played.session.prompt("Begin.")
        assert (await played.turn()).reason == "done"
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 16_000, f"{grown} KiB"
        assert len(played.all(Noted)) < 10
        assert "a line of 50,000,000 bytes was left out" in [
            note.text for note in played.all(Noted)
        ]


@BOTH
async def test_an_agent_that_freezes_in_its_turn_is_ended_by_force(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_process, "_GRACE", 0.1)
    async with (
        stage(agent, tmp_path, lambda _: [Say("")]) as here,
        here.session(FAKE_AGENT_DAY="freezes") as played,
    ):
        await played.session.prompt("Begin.")
        state = Path(f"/proc/{played.session.pid}/stat")
        await until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T")
        await played.session.close(0.1)
        assert await played.nth(Ended) == Ended("closed", -signal.SIGKILL)


@BOTH
async def test_an_agent_that_ignores_being_told_to_end_is_ended(
    agent: Agent, tmp_path: Path
) -> None:
    async with (
        stage(agent, tmp_path, lambda _: [Say("")]) as here,
        here.session(FAKE_AGENT_DAY="stubborn") as played,
    ):
        await played.session.close(0.1)
        assert await played.nth(Ended) == Ended("closed", -signal.SIGKILL)


async def test_an_agent_whose_starter_is_killed_ends_with_all_that_it_started(
    tmp_path: Path,
) -> None:
    calls = [CallTool("Bash", {"command": "touch started; exec tail -f /dev/null"})]
    async with stage(FAKE_CLAUDE, tmp_path, lambda _: calls) as here:
        program = [sys.executable, "-c", _STARTER, *here.launch().command]
        environ = {**here.launch().environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        starter = await asyncio.create_subprocess_exec(*program, cwd=here.directory, env=environ)
        try:
            await until((here.directory / "started").exists, 30)
        finally:
            starter.kill()
            await starter.wait()
        await until(lambda: processes_in(here.directory) == [])


_STARTER = """
import asyncio, os, sys
from pathlib import Path
from orchestra_server.agents.claude.claude_driver import ClaudeDriver
from orchestra_server.agents.agent_driver import Allow, Launch
from orchestra_server.agents.reports import Asked

async def main():
    launch = Launch("claude", tuple(sys.argv[1:]), Path.cwd(), os.environ)
    session = await ClaudeDriver().start(launch)
    await session.prompt("Begin.")
    async for report in session.reports():
        if isinstance(report, Asked):
            await session.answer(report.ask_id, Allow())

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "with status 0"), (3, "with status 3"), (-9, "by SIGKILL"), (-99, "by signal 99")],
)
def test_an_end_is_worded(status: int, words: str) -> None:
    assert how_it_ended(status) == words
