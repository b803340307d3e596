"""Real agents that a clone's daemon runs, for rows that measure them."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.projects.places import Place
from orchestra_core.daemon.ask_daemon import ask_daemon, introduction
from orchestra_core.daemon.start_daemon import daemon_environ
from orchestra_core.project import find_project
from tests.support.agents.claude_code import client_environ

_ANSWER_SECONDS = 30.0


@contextmanager
def configured_claude(place: Place, claude: Path, model_url: str) -> Generator[None]:
    """Make the daemon start this client on this model, without the person's settings."""
    home = place.directory / "home"
    (home / "orchestra").mkdir(parents=True)
    (home / "orchestra" / "config.toml").write_text(f'[agents.claude]\ncommand = ["{claude}"]\n')
    before = dict(os.environ)
    os.environ.update(client_environ(home, model_url), XDG_CONFIG_HOME=str(home))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def start_agent(place: Place, directory: Path, chamber: str, text: str) -> None:
    """Start an agent as `orchestra start` does, through the daemon."""
    project = find_project(directory)
    command = {"name": "start", "chamber": chamber, "text": text, "policy": "all"}
    question = {
        "call": "command",
        "command": {**command, "root": str(directory)},
        **introduction(project.git_dir, daemon_environ(project, place.settings)),
    }
    answer = ask_daemon(project.git_dir, question, _ANSWER_SECONDS)
    if answer is None or "text" not in answer:
        raise RuntimeError(f"the daemon starts no agent: {answer}")
