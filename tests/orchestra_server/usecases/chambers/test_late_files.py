"""Files written at a chamber's place after it had gone are saved, named, and come back."""

import shutil
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, kinds
from tests.support.git.repositories import TestRepository


async def a_closed_chamber(context: Context, *, work: bool) -> tuple[str, TestRepository]:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    if work:
        chamber.write("auth.py", "tokens\n")
    await close_chamber(context, task_id=task_id, chamber="auth")
    return task_id, chamber


def write_late(place: Path) -> None:
    """Do what a worker does that writes on, unaware."""
    (place / "src").mkdir(parents=True)
    (place / "src" / "late.py").write_text("late\n")
    (place / "late.log").write_bytes(b"late\r\n")
    (place / "late.log").chmod(0o600)


async def test_reconcile_saves_them_with_what_the_chamber_held(
    context: Context, repository: TestRepository
) -> None:
    repository.commit(files={".gitignore": "*.log\n"})
    repository.git("config", "core.autocrlf", "input")
    task_id, chamber = await a_closed_chamber(context, work=True)
    first = (await chamber_of(context, task_id, "auth")).saved_ref
    write_late(chamber.path)
    [difference] = (await reconcile(context, dry_run=True)).differences
    assert (difference.name, difference.subject) == ("late files", f"{task_id}/auth")
    assert f"2 files were written at {chamber.path} after the worktree" in difference.sentence
    assert chamber.path.exists()
    assert [difference.mended for difference in (await reconcile(context)).differences] == [True]
    assert not chamber.path.exists()
    record = await chamber_of(context, task_id, "auth")
    assert record.saved_ref != first
    assert f"after it was gone are saved under {record.saved_ref}" in record.note
    assert "chamber.saved-late" in await kinds(context)
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.read("auth.py") == "tokens\n"
    assert chamber.read("src/late.py") == "late\n"
    assert (chamber.path / "late.log").read_bytes() == b"late\r\n"
    assert (chamber.path / "late.log").stat().st_mode & 0o777 == 0o600
    assert chamber.read("README") == "hello\n"
    assert "deleted" not in chamber.git("status")
    assert repository.git("rev-parse", "--verify", first)
    assert (await reconcile(context)).differences == []


async def test_late_files_of_landed_work_are_restored_on_top_of_it(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    await complete_task(context, task_id=task_id, summary="Add a login")
    write_late(chamber.path)
    await reconcile(context)
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.head == repository.head
    assert chamber.status == "?? late.log\n?? src/late.py"


async def test_a_repository_at_a_closed_chambers_place_is_named_and_kept(context: Context) -> None:
    task_id, chamber = await a_closed_chamber(context, work=False)
    chamber.path.mkdir()
    chamber.git("init", "--quiet")
    late = chamber.commit("late", {"late.py": "late\n"})
    for _ in range(2):
        [difference] = (await reconcile(context)).differences
        assert (difference.name, difference.subject) == ("late repository", f"{task_id}/auth")
        assert not difference.mended
        assert f"move it away: mv {chamber.path} " in difference.mending
    assert chamber.head == late


async def test_a_second_look_saves_what_was_written_since(context: Context) -> None:
    task_id, chamber = await a_closed_chamber(context, work=False)
    for name in ("one", "two"):
        chamber.path.mkdir()
        (chamber.path / name).touch()
        await reconcile(context)
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.status == "?? one\n?? two"


@pytest.mark.parametrize("same_task", [True, False])
async def test_a_new_chamber_of_the_name_does_not_take_them_in(
    context: Context, repository: TestRepository, *, same_task: bool
) -> None:
    task_id, chamber = await a_closed_chamber(context, work=False)
    write_late(chamber.path)
    other = task_id if same_task else await a_started_task(context, "Add a shop")
    made = await create_chambers_batch(context, task_id=other, chamber_names=["auth"])
    assert chamber.status == ""
    [note] = made.notes
    assert note.startswith("auth: files written at its path after it was gone are saved")
    ref = note.rpartition(" ")[2]
    assert repository.git("show", f"{ref}:src/late.py") == "late"
    assert f"/{task_id}/auth/" in ref


async def test_restoring_brings_them_back_by_itself_and_a_named_save_does_not(
    context: Context,
) -> None:
    task_id, chamber = await a_closed_chamber(context, work=True)
    first = (await chamber_of(context, task_id, "auth")).saved_ref
    write_late(chamber.path)
    restored = await restore_chamber(context, task_id=task_id, chamber="auth", saved_ref=first)
    assert not (chamber.path / "src" / "late.py").exists()
    late = restored.next_step.rpartition("saved under ")[2].removesuffix(".")
    await close_chamber(context, task_id=task_id, chamber="auth")
    await restore_chamber(context, task_id=task_id, saved_ref=late)
    assert chamber.read("src/late.py") == "late\n"
    assert chamber.read("auth.py") == "tokens\n"


@pytest.mark.parametrize("removed_from_list", [True, False])
@pytest.mark.parametrize("ending", ["reconcile", "close", "complete"])
async def test_creating_a_deleted_live_chamber_again_deletes_no_file_of_the_project(
    context: Context, repository: TestRepository, ending: str, *, removed_from_list: bool
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.commit("tokens", {"auth.py": "tokens\n"})
    if removed_from_list:
        repository.git("worktree", "remove", "--force", "--force", str(chamber.path))
    else:
        shutil.rmtree(chamber.path)
    write_late(chamber.path)
    if ending == "reconcile":
        assert [difference.name for difference in (await reconcile(context)).differences] == [
            "deleted directory"
        ]
    elif ending == "close":
        await close_chamber(context, task_id=task_id, chamber="auth")
    else:
        await complete_task(context, task_id=task_id, summary="Add a login")
        assert repository.read("auth.py") == "tokens\n"
    assert repository.read("README") == "hello\n"
    assert not chamber.path.exists()
    record = await chamber_of(context, task_id, "auth")
    assert f"after it was gone are saved under {record.saved_ref}" in record.note
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.read("src/late.py") == "late\n"
    assert chamber.read("auth.py") == "tokens\n"
    assert "deleted" not in chamber.git("status")


async def test_a_repository_among_them_is_named_and_stays(context: Context) -> None:
    _, chamber = await a_closed_chamber(context, work=False)
    write_late(chamber.path)
    inner = chamber.path / "vendor"
    inner.mkdir()
    TestRepository(inner).git("init", "--quiet")
    [difference] = (await reconcile(context)).differences
    assert not difference.mended
    assert "vendor is a git repository of its own" in difference.note
    parked = Path(difference.note.split(" is a git")[0])
    shutil.rmtree(parked / ".git")
    assert [difference.mended for difference in (await reconcile(context)).differences] == [True]


async def test_foreign_files_in_the_folder_are_kept_and_block_the_chamber(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    place = repository.path / ".claude" / "worktrees" / "auth"
    write_late(place)
    assert (await reconcile(context)).differences == []
    with pytest.raises(Refused, match="is in the way"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert (place / "src" / "late.py").exists()


async def test_late_files_of_a_chamber_that_is_live_again_are_saved_and_named(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    write_late(chamber.path.with_name(".orchestra-late-auth-0123abcd"))
    assert [difference.name for difference in (await reconcile(context)).differences] == [
        "late files"
    ]
    assert chamber.status == ""
    [ref] = repository.git("for-each-ref", "--format=%(refname)", "refs/orchestra/saved").split()
    assert repository.git("show", f"{ref}:src/late.py") == "late"
    assert (await chamber_of(context, task_id, "auth")).is_live


async def test_a_closing_that_broke_off_goes_on_past_late_files(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    chamber.path.rename(chamber.path.with_name(".orchestra-leaving-auth"))
    write_late(chamber.path)
    await close_chamber(context, task_id=task_id, chamber="auth")
    assert (await reconcile(context)).differences == []
    record = await chamber_of(context, task_id, "auth")
    assert f"after it was gone are saved under {record.saved_ref}" in record.note
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.status == "?? auth.py\n?? late.log\n?? src/late.py"
    assert repository.status == ""
