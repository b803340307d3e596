"""A repository set up for Orchestra as a person would, and the environment a client gets."""

import json
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.settings import Settings
from orchestra_server.files.installation.install import initialise
from tests.support.agents.claude_code import claude_binary, client_environ, run_claude
from tests.support.agents.scripted_model import ModelRequest, Script, scripted_model
from tests.support.conductor.orchestration import Conductor, server_environ
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository

TOOLS = "Bash Write"
_STREAMS = ("--input-format", "stream-json", "--output-format", "stream-json", "--verbose")


@dataclass(frozen=True)
class ClientSetup:
    """Where a session of the real client plays."""

    repository: TestRepository
    settings: Settings
    home: Path

    @property
    def environ(self) -> dict[str, str]:
        return {**PLAIN_GIT, **server_environ(self.settings)}

    def play(
        self,
        script: Script,
        directory: Path | None = None,
        *,
        prompt: str = "Do your part.",
        allowed: str = TOOLS,
        options: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> list[ModelRequest]:
        """Run a session to its end, and return what its model was asked.

        It stands in the main checkout unless it is given another directory.
        """
        binary = claude_binary()
        with scripted_model(script) as model:
            ended = run_claude(
                binary,
                prompt,
                directory=directory or self.repository.path,
                home=self.home,
                model_url=model.url,
                environ={**self.environ, **(environ or {})},
                options=[*(("--allowedTools", allowed) if allowed else ()), *options],
            )
        assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
        assert model.faults == []
        return model.requests

    @contextmanager
    def open_session(
        self, directory: Path, model_url: str, *options: str
    ) -> Generator["subprocess.Popen[str]"]:
        """Keep a session open that reads messages from its stdin."""
        binary = claude_binary()
        self.home.mkdir(exist_ok=True)
        with subprocess.Popen(
            [str(binary), "-p", *_STREAMS, *options],
            cwd=directory,
            env={**client_environ(self.home, model_url), **self.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as session:
            try:
                yield session
            finally:
                session.kill()


def say(session: "subprocess.Popen[str]", message: Mapping[str, object]) -> None:
    """Write a message to a session's stdin."""
    assert session.stdin is not None
    session.stdin.write(json.dumps(message) + "\n")
    session.stdin.flush()


async def open_chambers(
    conductor: Conductor,
    names: Sequence[str],
    *,
    working_directory: str = "",
    briefs: Mapping[str, str] | None = None,
) -> CreatedChambers:
    """Start a task with chambers."""
    started = {"description": "Add accounts", "working_directory": working_directory}
    task = await conductor.call(StartedTask, "start_task", started)
    asked = {"task_id": task.task_id, "chamber_names": names, "briefs": briefs or {}}
    return await conductor.call(CreatedChambers, "create_chambers_batch", asked)


@pytest.fixture
def client_setup(settings: Settings, tmp_path: Path) -> ClientSetup:
    repository = small_repository((tmp_path / "bookshop").resolve(), {"shop.py": "PRICE = 1\n"})
    initialise(repository.path, Path(sys.executable))
    return ClientSetup(repository, settings, tmp_path / "home")
