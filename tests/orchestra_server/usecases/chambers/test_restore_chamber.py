"""Every save can be brought back: the last, an earlier one, and one that the store has lost."""

import asyncio
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Refused, Unknown
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.list_saved import list_saved
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository
from tests.support.kills.invariants import check_store
from tests.support.waiting import until


async def saved_twice(context: Context) -> tuple[str, TestRepository, str, str]:
    """Close a chamber twice, with other work each time; return its task, place and both refs."""
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "first\n")
    first = await close_chamber(context, task_id=task_id, chamber="auth")
    await restore_chamber(context, task_id=task_id, chamber="auth")
    chamber.commit("second", {"new": "second\n"})
    second = await close_chamber(context, task_id=task_id, chamber="auth")
    return task_id, chamber, first.saved_ref, second.saved_ref


async def test_an_earlier_save_is_restored_by_its_ref(context: Context) -> None:
    task_id, chamber, first, second = await saved_twice(context)
    back = await restore_chamber(context, task_id=task_id, chamber="auth", saved_ref=first)
    assert (back.saved_ref, chamber.read("new"), chamber.status) == (first, "first\n", "?? new")
    again = await restore_chamber(context, task_id=task_id, saved_ref=first)
    assert again.path == back.path
    await close_chamber(context, task_id=task_id, chamber="auth")
    await restore_chamber(context, task_id=task_id, saved_ref=second)
    assert (chamber.read("new"), chamber.status) == ("second\n", "")
    await check_store(context.store)


async def test_without_a_ref_the_last_save_is_restored(context: Context) -> None:
    task_id, chamber, _, second = await saved_twice(context)
    back = await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (back.saved_ref, chamber.read("new")) == (second, "second\n")


async def test_all_saves_are_listed_newest_first(context: Context) -> None:
    task_id, _, first, second = await saved_twice(context)
    listed = await restore_chamber(context, task_id=task_id)
    assert [save.ref for save in listed.saved] == [second, first]
    assert listed.saved[1].note == "an earlier save"
    assert all(save.restorable for save in (await list_saved(context)).saved)


async def test_a_save_of_a_live_chamber_is_refused_until_it_is_closed(context: Context) -> None:
    task_id, chamber, first, _ = await saved_twice(context)
    await restore_chamber(context, task_id=task_id, chamber="auth")
    chamber.write("newer", "x")
    with pytest.raises(Refused, match="close_chamber saves its work first"):
        await restore_chamber(context, task_id=task_id, chamber="auth", saved_ref=first)
    assert chamber.read("newer") == "x"
    assert [save.restorable for save in (await list_saved(context)).saved] == [False, False]


async def test_restoring_a_save_unknown_to_the_store_creates_its_record(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, first, _ = await saved_twice(context)
    lost = f"refs/orchestra/saved/lost-1a2b/auth/{first.rpartition('/')[2]}"
    repository.git("update-ref", lost, first)
    [listed] = (await list_saved(context, "lost-1a2b")).saved
    assert listed.restorable
    assert "the store does not know" in listed.note

    back = await restore_chamber(context, task_id="lost-1a2b", chamber="auth", saved_ref=lost)

    assert (chamber.read("new"), chamber.status) == ("first\n", "?? new")
    assert back.branch == "orchestra/lost-1a2b/auth"
    state = await check_store(context.store)
    assert "was lost" in state.tasks["lost-1a2b"].description
    done = await complete_task(context, task_id="lost-1a2b", summary="Found again")
    assert (done.completed, repository.read("new")) == (True, "first\n")
    assert task_id in state.tasks


@pytest.mark.parametrize(
    "ref",
    ["refs/orchestra/saved/other/auth/1", "refs/heads/main", "nonsense", "refs/orchestra/saved/x"],
)
async def test_a_ref_that_is_no_save_of_the_chamber_is_a_one_line_error(
    context: Context, ref: str
) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(BadInput, match="is not a save of this chamber"):
        await restore_chamber(context, task_id=task_id, chamber="auth", saved_ref=ref)


async def test_a_deleted_save_is_a_one_line_error(context: Context) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(Unknown, match="does not exist"):
        await restore_chamber(
            context, task_id=task_id, saved_ref=f"refs/orchestra/saved/{task_id}/auth/7"
        )
    assert (await check_store(context.store)).chambers == {}


async def test_a_rebase_in_progress_survives_closing_and_its_branch_is_saved_too(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    tip = chamber.commit("mine", {"README": "mine\n"})
    repository.commit("theirs", {"README": "theirs\n"})
    with pytest.raises(AssertionError):
        chamber.git("rebase", "main")
    before = chamber.status
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert (closed.branch_kept, repository.branches) == (False, ["main"])
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (chamber.status, (await chamber_of(context, task_id, "auth")).state) == (before, "live")
    chamber.git("rebase", "--abort")
    assert (chamber.head, chamber.status) == (tip, "")


async def test_a_branch_created_again_elsewhere_blocks_the_restore_and_is_kept(
    context: Context, repository: TestRepository
) -> None:
    task_id, _, _, _ = await saved_twice(context)
    branch = f"orchestra/{task_id}/auth"
    tip = repository.commit("another's", {"another": "x"})
    repository.git("branch", branch, tip)
    with pytest.raises(Refused, match=rf"git branch -m {branch} "):
        await restore_chamber(context, task_id=task_id, chamber="auth")
    assert repository.git("rev-parse", branch) == tip


@pytest.mark.parametrize("at", ["the base's file", "saved work"])
async def test_a_filter_that_never_ends_is_cancelled_and_the_chamber_stays_closed(
    context: Context, repository: TestRepository, tmp_path: Path, at: str
) -> None:
    started = tmp_path / "started"
    repository.commit("rules", {".gitattributes": "*.slow filter=slow\n", "old.slow": "old\n"})
    repository.git("config", "filter.slow.clean", "cat")
    repository.git("config", "filter.slow.smudge", "cat")
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new.slow", "new\n")
    await close_chamber(context, task_id=task_id, chamber="auth")
    smudged = "old" if at == "the base's file" else "new"
    script = f"grep {smudged} && touch {started} && exec sleep 100"
    repository.git("config", "filter.slow.smudge", f"sh -c 'tee {tmp_path}/seen | {script}'")
    restoring = asyncio.create_task(restore_chamber(context, task_id=task_id, chamber="auth"))
    await until(started.exists)
    restoring.cancel()
    await until(lambda: not chamber.path.exists())
    repository.git("config", "filter.slow.smudge", "cat")
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (chamber.read("new.slow"), chamber.read("old.slow")) == ("new\n", "old\n")


@pytest.mark.parametrize("name", ["au\x00th", "../auth", "A" * 64])
async def test_a_name_that_no_chamber_can_have_is_refused_before_anything_is_locked(
    context: Context, name: str
) -> None:
    task = await a_started_task(context)
    with pytest.raises(BadInput, match="chamber name"):
        await restore_chamber(context, task_id=task, chamber=name)
