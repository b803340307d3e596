"""A daemon that is killed takes its agents along; the next one goes on with them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.project import find_project
from orchestra_core.settings import LINGER, Settings
from orchestra_server.usecases.started_workers.session.first_prompt import RESUMED
from tests.support.agents.agent_stage import FAKE_AGENT, WAITS, processes_in
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    scripted_model,
)
from tests.support.commands.run_command import orchestra
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.stores.valkey_users import a_user_of_their_own
from tests.support.waiting import until, until_awaited

_CONFIG = f"""[agents.claude]
command = ["{sys.executable}", "-S", "{FAKE_AGENT}", "claude"]
"""


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def settings(valkey_url: str, shop: TestRepository) -> Iterator[Settings]:
    with a_user_of_their_own() as own:
        yield Settings(valkey_url, own.state_dir, own.runtime_dir, "")
        stop_daemon(find_project(shop.path).git_dir)


def script(request: ModelRequest) -> ModelAnswer:
    if request.text().endswith(RESUMED):
        return [Say("I go on.")]
    return [CallTool("Bash", {"command": WAITS})]


async def test_status_after_a_kill_starts_the_daemon_that_goes_on_with_the_agents(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "config" / "orchestra").mkdir(parents=True)
    (tmp_path / "config" / "orchestra" / "config.toml").write_text(_CONFIG)
    git_dir = find_project(shop.path).git_dir
    place = shop.path / ".claude" / "worktrees" / "auth"
    with scripted_model(script) as model:
        environ = {
            LINGER: "60",
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "HOME": str(tmp_path),
            "ANTHROPIC_BASE_URL": model.url,
        }

        async def command(*words: str) -> str:
            ended = await asyncio.to_thread(orchestra, shop.path, settings, *words, **environ)
            assert ended.returncode == 0, ended.stderr
            return ended.stdout

        async def is_agent(state: str) -> bool:
            document = json.loads(await command("status", "--json"))
            return bool(document["tasks"][0]["chambers"][0]["agent"]["state"] == state)

        await command("create", "auth")
        await command("start", "auth", "--policy", "all")
        await until((place / "started").exists, 30)
        about = await asyncio.to_thread(ask_daemon, git_dir, {"call": "about"}, 5.0)
        assert about is not None
        os.kill(int(str(about["pid"])), signal.SIGKILL)
        await until(lambda: processes_in(place) == [])
        said = await command("status")
        assert said.endswith("! No daemon ran for the agents of auth. One starts now.\n")
        await until_awaited(lambda: is_agent("waiting"), 30)
        resumed = [request for request in model.requests if request.text().endswith(RESUMED)]
        assert len(resumed) == 1
        await command("stop", "auth")
        await until_awaited(lambda: is_agent("ended"))
        assert processes_in(place) == []
