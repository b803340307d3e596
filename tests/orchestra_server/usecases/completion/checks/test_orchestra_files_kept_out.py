"""No file of Orchestra's lands, whatever a repository ignores and whatever a worker has forced."""

import asyncio
import subprocess

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository

RULES = (
    "*\n!*/\n!*.py\n!*.json\n!.gitignore\n!README\n",
    ".claude/*\n!.claude/**\n",
    "!.claude/hooks/*.py\n!.claude/settings*.json\n",
)


@pytest.mark.parametrize("rules", RULES, ids=["a whitelist", "all of .claude", "some of .claude"])
async def test_our_files_never_show_in_status_or_on_main_whatever_the_ignore_rules(
    context: Context, repository: TestRepository, rules: str
) -> None:
    repository.commit("rules", {".gitignore": rules})
    task_id = await a_started_task(context)
    assert repository.status == ""
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    assert (repository.status, auth.status) == ("", "")
    auth.write("auth.py", "x = 1\n")
    auth.git("add", "--all")  # as a worker would
    assert auth.status == "A  auth.py"
    done = await complete_task(context, task_id=task_id, summary="Add a login")
    assert done.completed
    assert repository.status == ""
    landed = repository.git("ls-tree", "-r", "--name-only", "HEAD").split()
    assert sorted(landed) == [".gitignore", "README", "auth.py", "src/app.py"]


@pytest.mark.parametrize("taken_out", [False, True], ids=["in its tip", "in its history only"])
async def test_one_of_our_files_that_a_worker_committed_blocks_landing_until_it_is_removed(
    context: Context, repository: TestRepository, *, taken_out: bool
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    auth.write("auth.py", "x = 1\n")
    auth.git("add", "--force", "auth.py", ".claude/WORKER_CONTEXT.json")
    auth.git("commit", "--quiet", "-m", "all of it")
    if taken_out:
        auth.git("rm", "--quiet", "--cached", ".claude/WORKER_CONTEXT.json")
        auth.git("commit", "--quiet", "-m", "without it")
    before = repository.head
    told = await complete_task(context, task_id=task_id, summary="Add a login", dry_run=True)
    assert "files of Orchestra's own" in str(told)
    with pytest.raises(Refused, match=r"WORKER_CONTEXT\.json\); run: git -C") as refused:
        await complete_task(context, task_id=task_id, summary="Add a login", confirm=True)
    assert repository.head == before
    cure = str(refused.value).partition("run: ")[2].partition("; then")[0]
    await asyncio.to_thread(subprocess.run, ["sh", "-c", cure], check=True)
    await complete_task(context, task_id=task_id, summary="Add a login")
    listed = repository.git("log", "--format=", "--name-only", f"{before}..").split()
    assert sorted(set(listed)) == ["auth.py"]
