"""Code that is updated in place while a daemon runs: the next command and daemon are of the new."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import Answer, ask_daemon, introduction
from orchestra_core.daemon.start_daemon import daemon_environ, stop_daemon
from orchestra_core.project import Project, find_project
from orchestra_core.settings import LINGER, Settings
from tests.support.commands.run_command import COMMAND, orchestra_environ
from tests.support.git.repositories import small_repository
from tests.support.stores.valkey_users import wait_until

_TOP = Path(__file__).parents[3]
_LOADED = "server/orchestra_core/text.py"
_LATE = "server/orchestra_server/operator_commands/chambers/run_chamber_command.py"
# Fails in a daemon that has loaded the older file.
_USES_NEW_NAME = "from orchestra_core.text import ADDED_BY_THE_UPDATE as _ADDED\n\nassert _ADDED\n"


@dataclass(frozen=True)
class InstalledCopy:
    """The program copied to a directory of its own, as it is used in a repository."""

    place: Path
    project: Project
    settings: Settings

    def orchestra(self, *words: str) -> str:
        """Run a command of the copy, which must succeed without a complaint."""
        ended = subprocess.run(
            [*COMMAND, *words],
            cwd=self.project.main_checkout,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout

    def daemon(self) -> Answer | None:
        """Ask the daemon as a command of the copy does."""
        environ = daemon_environ(self.project, self.settings)
        asker = introduction(self.project.git_dir, environ)
        code = {"code": str(self.place / "server" / "orchestra_core")}
        return ask_daemon(self.project.git_dir, {"call": "about", **asker, **code}, 5)

    def runs_present_code(self) -> bool:
        """Tell whether a daemon runs that has the code as it is now."""
        answer = self.daemon()
        return answer is not None and "differs" not in answer

    def update(self) -> None:
        """Change a module that a daemon has loaded, and one that it loads late."""
        for file, added in ((_LOADED, "\nADDED_BY_THE_UPDATE = True\n"), (_LATE, _USES_NEW_NAME)):
            place = self.place / file
            replacement = place.with_suffix(".new")
            replacement.write_text(place.read_text() + added)
            replacement.rename(place)

    @property
    def log(self) -> str:
        return (self.project.git_dir / "orchestra" / "daemon.log").read_text()

    def _environ(self) -> Mapping[str, str]:
        path = os.pathsep.join([str(self.place), str(self.place / "server")])
        return {**orchestra_environ(self.settings, {LINGER: "100"}), "PYTHONPATH": path}


@pytest.fixture
def copy(tmp_path: Path, settings: Settings) -> Iterator[InstalledCopy]:
    place = tmp_path / "installed"
    for package in ("orchestra_tui", "server"):
        # With what is compiled: times of files remain, and so it is not compiled anew.
        shutil.copytree(_TOP / package, place / package)
    project = find_project(small_repository(tmp_path / "shop").path)
    yield InstalledCopy(place, project, settings)
    stop_daemon(project.git_dir)


def test_after_an_update_the_next_command_works_and_the_daemon_is_of_the_new_code(
    copy: InstalledCopy,
) -> None:
    copy.orchestra("create", "auth")
    wait_until(copy.runs_present_code)
    copy.update()
    copy.orchestra("create", "api")
    wait_until(copy.runs_present_code)
    copy.orchestra("create", "web")
    tasks = json.loads(copy.orchestra("status", "--json"))["tasks"]
    names = [chamber["name"] for task in tasks for chamber in task["chambers"]]
    assert sorted(names) == ["api", "auth", "web"]
    assert "Traceback" not in copy.log
    assert copy.log.count("the code has changed") == 1
