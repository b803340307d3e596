"""A chamber's environment is prepared before its worker starts, or it is said what failed."""

import json
import socket
from pathlib import Path

from orchestra_core.models import Chamber
from orchestra_core.wording.gates import setup_words
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.reconcile.adopt import adopt
from tests.support.conductor.tasks import a_started_task, chamber_of
from tests.support.git.gates import trust
from tests.support.git.repositories import TestRepository

PORTS = '[ports]\nnames = ["PORT"]\nfirst = 41900\nlast = 41999\n'
OTHER_PORTS = PORTS.replace("41900", "41700").replace("41999", "41799")  # that nobody binds
SETUP = "mkdir -p deps; echo $PORT > deps/port; test -f copied/file"


def read(chamber: Chamber, path: str) -> str:
    file = Path(chamber.path, path)
    return file.read_text() if file.exists() else ""


def configure(repository: TestRepository, text: str) -> None:
    repository.commit("configure", {"orchestra.toml": text, ".gitignore": "deps\ncopied\n"})


async def test_the_setup_runs_in_each_chamber_with_its_copies_and_ports(
    context: Context, repository: TestRepository
) -> None:
    setup = f'[setup]\ncommand = "{SETUP}"\ncopy = ["copied"]\n'
    configure(repository, f"{setup}{PORTS}")
    repository.write("copied/file", "")
    trust(context, repository)
    task_id = await a_started_task(context)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth", "api"])
    auth, api = [await chamber_of(context, task_id, name) for name in ("auth", "api")]
    assert auth.ports != api.ports
    for chamber in (auth, api):
        assert chamber.setup_fault == ""
        (variable,) = chamber.ports
        port = variable.removeprefix("PORT=")
        assert read(chamber, "deps/port").strip() == port
        settings = json.loads(read(chamber, ".claude/settings.local.json"))
        assert settings["env"] == {"PORT": port}
        briefing = json.loads(read(chamber, ".claude/WORKER_CONTEXT.json"))
        assert briefing["ports"] == [variable]
    assert f"your own ports: {auth.ports[0]}." in made.chambers[0].worker_prompt
    assert repository.at(Path(auth.path)).status == ""


async def test_a_setup_that_fails_is_said_and_the_chamber_is_made_all_the_same(
    context: Context, repository: TestRepository
) -> None:
    configure(repository, '[setup]\ncommand = "echo begin; echo no network; exit 3"\n')
    trust(context, repository)
    task_id = await a_started_task(context)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    chamber = await chamber_of(context, task_id, "auth")
    assert (chamber.state, chamber.setup_fault) == ("live", "no network")
    assert "auth: setup failed: no network" in made.notes
    assert "so fix that first: no network" in made.chambers[0].worker_prompt


async def test_without_trust_nothing_is_run_and_a_port_in_use_is_passed_over(
    context: Context, repository: TestRepository
) -> None:
    configure(repository, f'[setup]\ncommand = "echo ran > deps"\n{PORTS}')
    task_id = await a_started_task(context)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 41900))
        listening.listen()
        made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    chamber = await chamber_of(context, task_id, "auth")
    assert chamber.ports != ("PORT=41900",)
    assert read(chamber, "deps") == ""
    words = "setup has not run: orchestra.toml was not trusted when it was due"
    assert setup_words(chamber.setup_fault) == words
    assert f"auth: {words} ('orchestra trust' shows it)" in made.notes
    assert f"The project's {words}." in made.chambers[0].worker_prompt
    repository.at(Path(chamber.path)).commit("work", {"auth.py": "1\n"})
    await close_chamber(context, task_id=task_id, chamber="auth")
    trust(context, repository)
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (await chamber_of(context, task_id, "auth")).setup_fault == ""


async def test_a_restored_chamber_is_set_up_again_and_gets_other_ports_only_if_its_own_are_taken(
    context: Context, repository: TestRepository
) -> None:
    configure(repository, f'[setup]\ncommand = "mkdir -p deps; echo 1 > deps/done"\n{OTHER_PORTS}')
    trust(context, repository)
    task_id = await a_started_task(context)
    await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    first = await chamber_of(context, task_id, "auth")
    repository.at(Path(first.path)).commit("work", {"auth.py": "1\n"})

    await close_chamber(context, task_id=task_id, chamber="auth")
    await restore_chamber(context, task_id=task_id, chamber="auth")
    again = await chamber_of(context, task_id, "auth")
    assert (again.ports, again.setup_fault) == (first.ports, "")
    assert read(again, "auth.py") == "1\n"
    assert read(again, "deps/done") == "1\n"
    assert json.loads(read(again, ".claude/settings.local.json"))["env"] == {
        "PORT": again.ports[0].removeprefix("PORT=")
    }

    configure(repository, f'[setup]\ncommand = "echo no network; false"\n{OTHER_PORTS}')
    trust(context, repository)
    await close_chamber(context, task_id=task_id, chamber="auth")
    await create_chambers_batch(context, task_id=task_id, chamber_names=["web"])
    assert (await chamber_of(context, task_id, "web")).ports == first.ports
    told = await restore_chamber(context, task_id=task_id, chamber="auth")
    back = await chamber_of(context, task_id, "auth")
    assert (back.setup_fault, back.ports != first.ports) == ("no network", True)
    assert "In it the setup failed: no network." in told.next_step


async def test_a_worktree_that_reconcile_finds_has_ports_and_says_that_no_setup_has_run(
    context: Context, repository: TestRepository
) -> None:
    configure(repository, f'[setup]\ncommand = "touch ran"\n{PORTS}')
    trust(context, repository)
    path = repository.path / ".claude/worktrees/auth"
    repository.git("worktree", "add", "--quiet", "-b", "orchestra/login-1a2b/auth", str(path))
    repo = open_repository(repository.path)
    [tree] = [tree for tree in list_worktrees(repo) if tree.path == path]
    assert await adopt(context, repo, tree)
    chamber = await chamber_of(context, "login-1a2b", "auth")
    assert len(chamber.ports) == 1
    assert chamber.note == (
        "found by reconcile; the setup of orchestra.toml has not run again in it"
    )
    assert not (path / "ran").exists()
