"""Agents on bad days, started side by side as the daemon starts them: each is one clear state.

A worker on a good day among them takes its turn all the same, and no process is left.
"""

import sys
from pathlib import Path

import pytest

from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.daemon.agent_drivers import driver_of
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.answer_request import answer_request
from orchestra_server.usecases.started_workers.launch_agent import AgentLauncher
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from tests.support.agents.agent_stage import FAKE_AGENT, processes_in
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    scripted_model,
)
from tests.support.agents.supervised import supervised, until_asked, until_worker
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.waiting import until

_AGENT = """[agents.{name}]
command = ["/usr/bin/env", "FAKE_AGENT_DAY={day}", "{python}", "-S", "{fake}", "{protocol}"]
protocol = "{protocol}"
"""
# What a worker says at its end, by the day of its agent.
_ENDS = {
    "exits": "exits ended at once with status 1; it said: error: unknown option",
    "unsigned": "nobody is signed in to unsigned",
    "other version": "version",
    "dies in a tool": "dies-in-a-tool ended with status 7; it said: fatal: out of memory",
}
_LASTS = ("good", "garbage", "flood", "stubborn", "freezes")


def named(day: str) -> str:
    return day.replace(" ", "-")


def configure(folder: Path, protocol: str) -> None:
    """Write a configuration with one agent for each day, and one that is not installed."""
    (folder / "orchestra").mkdir()
    sections = [
        _AGENT.format(
            name=named(day), day=day, python=sys.executable, fake=FAKE_AGENT, protocol=protocol
        )
        for day in (*_ENDS, *_LASTS)
    ]
    sections.append('[agents.missing]\ncommand = "no-such-agent"\n')
    (folder / "orchestra" / "config.toml").write_text("".join(sections))


def script(request: ModelRequest) -> ModelAnswer:
    if "USE A TOOL" in request.text():
        return [CallTool("Bash", {"command": "exec tail -f /dev/null"})]
    return [Say("Done.")]


@pytest.mark.parametrize("protocol", ["claude", "acp"])
async def test_a_bad_day_is_one_state_and_nobody_elses(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    configure(tmp_path, protocol)
    task_id = await a_started_task(context)
    names = ["missing", *map(named, (*_ENDS, *_LASTS))]
    places = await chambers_open(context, task_id, names)

    async def ended(name: str) -> StartedWorker:
        return await until_worker(context, task_id, "ended", name)

    with scripted_model(script) as model:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("ANTHROPIC_BASE_URL", model.url)
        async with supervised(context, AgentLauncher(context.project, driver_of)):
            for name in names:
                text = "USE A TOOL" if name == "dies-in-a-tool" else ""
                await start_worker(context, task_id=task_id, chamber=name, agent=name, text=text)
            asked = await until_asked(context)
            await answer_request(context, request_id=asked.id, answer="allow")
            ends = {**_ENDS, "missing": "missing is not installed: there is no program"}
            for day, words in ends.items():
                worker = await ended(named(day))
                assert (worker.reason, words in worker.last_words) == ("failed", True), worker
                assert processes_in(places[named(day)].path) == []
            for name in _LASTS:
                await until_worker(context, task_id, "waiting", name)
                assert processes_in(places[name].path) != []
            for name in ("garbage", "flood", "stubborn", "freezes"):
                await stop_worker(context, task_id=task_id, chamber=name)
            for name in ("garbage", "flood", "stubborn", "freezes"):
                assert (await ended(name)).reason == "stopped"
                assert processes_in(places[name].path) == []
            assert processes_in(places["good"].path) != []
        await until(lambda: processes_in(places["good"].path) == [])
