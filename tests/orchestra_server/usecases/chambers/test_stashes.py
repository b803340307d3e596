"""A stash that was made in a chamber all the same is named when it closes, and never dropped."""

import subprocess

from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"


def stash(chamber: TestRepository, file: str, *message: str) -> None:
    chamber.write(file, "half\n")
    chamber.git("stash", "push", "--include-untracked", "--quiet", *message)


async def test_closing_names_it_and_the_command_brings_it_back(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    stash(chambers["auth"], "auth.py", "-m", "half: a login")
    stash(chambers["api"], "api.py")
    stash(repository, "mine.py")
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    note = (await chamber_of(context, task_id, "auth")).note
    assert (
        f"it left stash@{{2}} in git's stash, which stays there (On {closed.branch}: half" in note
    )
    assert note.partition("it left")[2] in closed.next_step
    assert "stash@{1}" not in note
    command = note.rpartition("bring it back with: ")[2]
    subprocess.run(command.split(), cwd=repository.path, check=True)  # noqa: ASYNC221 - as advised
    assert repository.read("auth.py") == "half\n"
    assert len(repository.git("stash", "list").splitlines()) == 3


async def test_completing_names_it(context: Context) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("tokens", {"auth.py": "tokens\n"})
    stash(chambers["auth"], "more.py")
    completed = await complete_task(context, task_id=task_id, summary=SUMMARY)
    [note] = [note for note in completed.notes if "git's stash" in note]
    assert note.startswith("auth: its work is merged; it left stash@{0} in git's stash")


async def test_one_made_on_a_detached_head_is_known_by_its_commit(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.commit("tokens", {"auth.py": "tokens\n"})
    chamber.git("switch", "--detach", "--quiet")
    stash(chamber, "more.py")
    repository.git("switch", "--detach", "--quiet")
    stash(repository, "mine.py")
    await close_chamber(context, task_id=task_id, chamber="auth")
    note = (await chamber_of(context, task_id, "auth")).note
    assert "it left stash@{1} in git's stash" in note
    assert "stash@{0}" not in note
