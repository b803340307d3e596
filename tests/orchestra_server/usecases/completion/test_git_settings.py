"""Work lands, closes and comes back the same whatever git settings the person has."""

import pytest

from orchestra_core.errors import OrchestraError
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"
SETTINGS = (
    ("diff.noprefix", "true"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.external", "/bin/false"),
    ("core.autocrlf", "input"),
    ("core.autocrlf", "true"),
    ("core.sharedRepository", "group"),
)


@pytest.mark.parametrize(("name", "value"), SETTINGS)
async def test_work_lands_closes_and_comes_back_with_the_setting(
    context: Context, repository: TestRepository, name: str, value: str
) -> None:
    repository.write("dos.txt", b"one\r\ntwo\r\n")
    repository.commit("dos")
    repository.git("config", name, value)
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    await save_and_restore(context, task_id, chambers["api"])
    chambers["auth"].write("dos.txt", b"one\r\ntwo\r\nthree\r\n")
    chambers["auth"].write("new.txt", b"new\r\n")
    chambers["auth"].git("add", "--intent-to-add", "new.txt")
    dry = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert (dry.merged, dry.conflicts, dry.blocked) == (["auth", "api"], [], [])
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    landed = [(repository.path / file).read_bytes() for file in ("dos.txt", "new.txt", "api.py")]
    assert [text.replace(b"\r\n", b"\n") for text in landed] == [
        b"one\ntwo\nthree\n", b"new\n", b"api\n",
    ]  # fmt: skip
    assert (repository.branches, repository.status) == (["main"], "")


async def save_and_restore(context: Context, task_id: str, chamber: TestRepository) -> None:
    chamber.write("api.py", "api\n")
    chamber.git("add", "--intent-to-add", "api.py")
    before = chamber.status
    name = chamber.path.name
    assert (await close_chamber(context, task_id=task_id, chamber=name)).saved_ref
    assert (await restore_chamber(context, task_id=task_id, chamber=name)).restored
    assert (chamber.status, chamber.read("api.py")) == (before, "api\n")


async def test_lines_that_git_joins_by_union_land_from_both_chambers(
    context: Context, repository: TestRepository
) -> None:
    repository.commit("rules", {".gitattributes": "CHANGES merge=union\n", "CHANGES": "0\n"})
    task_id = await a_started_task(context)
    for name, chamber in (await chambers_open(context, task_id, ["auth", "api"])).items():
        chamber.write("CHANGES", f"0\n{name}\n")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert sorted(repository.read("CHANGES").split()) == ["0", "api", "auth"]
    assert repository.status == ""


async def test_work_lands_on_a_branch_whose_commit_git_replaces(
    context: Context, repository: TestRepository
) -> None:
    first = repository.head
    repository.commit("second", {"b.py": "b\n"})
    other = repository.git("commit-tree", "HEAD^{tree}", "-p", first, "-m", "reworded")
    repository.git("replace", "HEAD", other)
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    await save_and_restore(context, task_id, chambers["api"])
    chambers["auth"].commit("work", {"auth.py": "auth\n"})
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert (repository.read("auth.py"), repository.read("api.py")) == ("auth\n", "api\n")
    assert (repository.branches, repository.status) == (["main"], "")


async def test_work_whose_required_filter_is_missing_is_not_landed_but_closed_and_restored(
    context: Context, repository: TestRepository
) -> None:
    repository.git("config", "filter.up.required", "true")
    repository.git("config", "filter.up.clean", "tr a-z A-Z")
    repository.git("config", "filter.up.smudge", "tr A-Z a-z")
    repository.commit("rules", {".gitattributes": "*.up filter=up\n"})
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].write("new.up", "new\n")
    repository.git("config", "filter.up.clean", "no-such-program")
    dry = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    refused = "new.up: clean filter 'up' failed; install the program of filter 'up'"
    assert [refused in line for line in dry.notes] == [True], dry.notes
    with pytest.raises(OrchestraError, match=f"auth: .*{refused}"):
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (repository.status, chambers["auth"].read("new.up")) == ("", "new\n")
    await save_and_restore(context, task_id, chambers["auth"])
    repository.git("config", "filter.up.clean", "tr a-z A-Z")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert (repository.git("show", "HEAD:new.up"), repository.read("new.up")) == ("NEW", "new\n")
