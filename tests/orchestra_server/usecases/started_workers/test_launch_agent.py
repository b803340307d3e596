"""An agent is started with its configured command, in its chamber, without its daemon's client."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.configuration.agents import AgentCommand, Protocol
from orchestra_core.errors import BadInput
from orchestra_server.agents.agent_driver import Launch, Session
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.launch_agent import AgentLauncher, launch_of
from tests.support.agents.scripted_session import ScriptedSession
from tests.support.samples.documents import a_chamber, a_started_worker


def test_a_launch_has_no_sign_of_the_client_that_started_the_daemon() -> None:
    agent = AgentCommand("claude", ("claude", "--model", "opus"), "claude")
    worker = replace(a_started_worker(), conversation="c1")
    launch = launch_of(agent, worker, a_chamber(), {"HOME": "/h", "CLAUDECODE": "1"})
    assert launch == Launch(
        agent="claude",
        command=("claude", "--model", "opus"),
        directory=Path(a_chamber().path),
        environ={"HOME": "/h"},
        conversation="c1",
    )


async def test_the_driver_of_the_agents_protocol_starts_it(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    asked = list[Protocol]()

    class OnlyDriver:
        async def start(self, launch: Launch) -> Session:
            return ScriptedSession(launch.agent)

    def driver_of(protocol: Protocol) -> OnlyDriver:
        asked.append(protocol)
        return OnlyDriver()

    launcher = AgentLauncher(context.project, driver_of)
    worker = replace(a_started_worker(), agent="opencode")
    assert (await launcher.start(worker, a_chamber())).conversation == "opencode"
    assert asked == ["acp"]
    with pytest.raises(BadInput, match="there is no agent 'gone'"):
        await launcher.start(replace(worker, agent="gone"), a_chamber())
