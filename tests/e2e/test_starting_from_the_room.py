"""Real agents, started from the real room by keys alone: asked, stopped, redirected and landed."""

import json
import os
import signal
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.project import find_project
from orchestra_core.settings import LINGER, Settings
from tests.support.agents.agent_stage import processes_in
from tests.support.agents.claude_code import claude_binary, client_environ
from tests.support.agents.opencode import opencode_binary, opencode_environ
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    scripted_model,
)
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.room.real_room import ROOM, room_environ
from tests.support.room.terminal import Terminal, showing, terminal
from tests.support.stores.valkey_users import a_user_of_their_own, wait_until

pytestmark = pytest.mark.timeout(400)
CTRL_O = "\x0f"
SLOW = 'touch building; sh -c "sleep 60"'  # the client refuses a bare sleep
REDIRECTION = "Use port 8080 instead"
TASK = "Add a login and a page"
PATIENCE = 120.0  # seconds: two agents start beside everything else


@pytest.fixture
def alone() -> Generator[Settings]:
    with a_user_of_their_own() as settings:
        yield settings


@pytest.fixture
def repository(alone: Settings, tmp_path: Path) -> Generator[TestRepository]:
    """A repository whose daemon ends with the test, and its agents with the daemon."""
    shop = small_repository(tmp_path / "shop", {"shop.py": "PRICE = 1\n"})
    try:
        yield shop
    finally:
        stop_daemon(find_project(shop.path).git_dir)
        wait_until(lambda: processes_in(shop.path / ".claude/worktrees") == [])


def script(request: ModelRequest) -> ModelAnswer:
    """Play each worker: `web` builds for a minute until it is redirected, `auth` asks once."""
    prompt = "\n".join(block.words() for block in request.messages[0].blocks())
    name = next(name for name in ("auth", "api", "web") if f"in chamber '{name}'" in prompt)
    calls = [block for message in request.messages for block in message.blocks() if block.name]
    said = json.dumps([call.input for call in calls])
    is_opencode = any(tool.name == "bash" for tool in request.tools)
    place = prompt.partition("the git worktree ")[2].partition(";")[0]

    def run(command: str) -> ModelAnswer:
        arguments = {"command": command, "description": "Work"}
        return [CallTool("bash" if is_opencode else "Bash", arguments)]

    if name == "web" and REDIRECTION not in request.text():
        return run(SLOW)
    if f"{name}.py" not in said:
        tool, key = ("write", "filePath") if is_opencode else ("Write", "file_path")
        return [CallTool(tool, {key: f"{place}/{name}.py", "content": "PORT = 8080\n"})]
    if name == "auth" and "touch asked" not in said:
        return run("touch asked")
    if "git add" not in said:
        return run(f"git add {name}.py && git commit -qm 'Add {name}'")
    return [Say(f"The part {name} is done.")]


def environ_of(folder: Path, settings: Settings, model_url: str) -> Mapping[str, str]:
    """Return the environment of a room whose agents know only the scripted model."""
    home = folder / "home"
    configuration = home / "orchestra" / "config.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(
        f"[agents.claude]\ncommand = {json.dumps([str(claude_binary())])}\n"
        f"[agents.opencode]\ncommand = {json.dumps([str(opencode_binary()), 'acp'])}\n"
    )
    agents = {**client_environ(home, model_url), **opencode_environ(home, model_url)}
    return {**room_environ(settings), **agents, "XDG_CONFIG_HOME": str(home), LINGER: "5"}


@contextmanager
def room(repository: TestRepository, environ: Mapping[str, str]) -> Generator[Terminal]:
    with terminal(ROOM, repository.path, environ, (140, 44), patience=PATIENCE) as shown:
        shown.wait_for("● live", "server ready")
        yield shown


def allow_next(shown: Terminal) -> None:
    """Go to a worker that needs somebody, and allow what it asks."""
    shown.press(" ")
    shown.press("\r")
    shown.wait_for("asks for Bash")
    shown.answer_question("1", "1  allow", _is_answered)


def _is_answered(screen: str) -> bool:
    return "asks for Bash" not in screen


def test_a_request_of_three_chambers_is_started_steered_and_landed_by_keys_alone(
    repository: TestRepository, alone: Settings, tmp_path: Path
) -> None:
    worktrees = repository.path / ".claude/worktrees"
    with scripted_model(script) as model:
        environ = environ_of(tmp_path, alone, model.url)
        with room(repository, environ) as shown:
            shown.press("n")
            shown.wait_for("Start a task")
            shown.press(f"{TASK}\tauth, api:opencode, web")
            shown.wait_for("Creates auth, api (opencode starts), web")
            shown.press(CTRL_O)
            shown.wait_until(lambda screen: "Start a task" not in screen, "the dialog's end")
            shown.wait_for("◆ 2 need you")
            allow_next(shown)
            shown.wait_for("◆ 1 needs you")
            allow_next(shown)
            shown.wait_until(lambda _: (worktrees / "web/building").exists(), "the long tool")
            shown.press("2/web\r")
            shown.press("s")
            shown.wait_for("Interrupt web")
            shown.press(f"{REDIRECTION}\r")
            shown.wait_for("✓ acted")
            os.killpg(shown.process.pid, signal.SIGKILL)
        with room(repository, environ) as shown:
            shown.wait_for("✓ 3 can land")
            shown.press("L")
            shown.wait_for(f"Land: {TASK}")
            shown.answer_question("\r", "enter lands", showing("The task is completed."))
        wait_until(lambda: processes_in(worktrees) == [])
        assert model.faults == []
    landed = {name for name in ("auth", "api", "web") if (repository.path / f"{name}.py").exists()}
    assert landed == {"auth", "api", "web"}
