"""A task with chambers in two clones lands from either, and each clone closes its own."""

import asyncio
import shutil
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.completion import land_proven, prepare_landing
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.exchange import (
    plan_for_other_clones,
    radar_exchange,
)
from orchestra_server.usecases.exchange.hand_over import hand_over
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.orchestra_server.usecases.exchange.conftest import SharedTask, served
from tests.support.conductor.tasks import a_started_task
from tests.support.git.conflict_scene import radar_on
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until_awaited


async def nothing_is_published(shared: SharedTask) -> None:
    async def is_empty() -> bool:
        return not shared.published and not (await shared.chamber("auth")).published

    await until_awaited(is_empty)


async def test_all_work_lands_here_and_the_other_clone_closes_its_chamber(
    shared: SharedTask,
) -> None:
    shared.api.write("api.py", "1\n")
    shared.auth.commit("a commit", {"auth.py": "1\n"})
    shared.auth.write("open.py", "uncommitted\n")
    async with served(shared.there):
        done = await complete_task(shared.here, task_id=shared.id, summary="Add both")
        assert (done.completed, done.merged) == (True, ["api", "auth"])
        assert any("Orchestra pushes no branch: main of the clone" in note for note in done.notes)
        await until_awaited(lambda: shared.is_over("auth"))
        await nothing_is_published(shared)
    for file in ("api.py", "auth.py", "open.py"):
        assert (shared.here_main.path / file).is_file()
    chamber = await shared.chamber("auth")
    assert (chamber.state, chamber.note, chamber.saved_ref) == ("closed", "its work is merged", "")
    assert not shared.auth.path.exists()
    assert f"orchestra/{shared.id}/auth" not in shared.there_main.branches
    assert shared.there_main.status == ""
    assert (await reconcile(shared.there)).differences == []
    assert (await reconcile(shared.here)).differences == []
    # What has landed stays reachable where it was made, until a pull brings it to a branch there.
    landed = shared.there_main.git("rev-parse", f"refs/orchestra/landed/{shared.id}")
    assert landed == shared.here_main.head == done.landed_commit


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="needs git-lfs")
async def test_a_file_that_is_kept_in_lfs_lands_with_its_content(shared: SharedTask) -> None:
    for clone in (shared.here_main, shared.there_main):
        clone.git("remote", "set-url", "origin", f"file://{shared.origin.path}")
        clone.git("lfs", "install", "--local")
    shared.auth.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    shared.auth.write("big.bin", "content\n")
    async with served(shared.there):
        done = await complete_task(shared.here, task_id=shared.id, summary="Add an asset")
    assert (done.completed, shared.here_main.read("big.bin")) == (True, "content\n")
    assert shared.here_main.git("cat-file", "-p", "HEAD:big.bin").startswith(
        "version https://git-lfs"
    )


async def test_a_chamber_elsewhere_that_is_not_chosen_is_neither_committed_nor_published(
    shared: SharedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.api.write("api.py", "1\n")
    shared.auth.write("auth.py", "1\n")
    land = land_proven.land_prepared

    def when_the_other_clone_has_seen_it(*of: object) -> None:
        asyncio.run_coroutine_threadsafe(hand_over(shared.there, shared.id), loop).result()
        land(*of)  # type: ignore[arg-type]

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(land_proven, "land_prepared", when_the_other_clone_has_seen_it)
    done = await complete_task(shared.here, task_id=shared.id, summary="S", only=["api"])
    assert (done.merged, done.still_live) == (["api"], ["auth"])
    assert shared.published == []
    assert shared.auth.status == "?? auth.py"
    chamber = await shared.chamber("auth")
    assert (chamber.state, chamber.handed_over) == ("live", 0)


async def test_what_the_worker_wrote_after_the_handover_is_saved_by_its_clone(
    shared: SharedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.auth.write("auth.py", "1\n")
    bring_here = prepare_landing.bring_here

    async def write_then(*of: object) -> object:
        brought = await bring_here(*of)  # type: ignore[arg-type]
        shared.auth.write("late.py", "late\n")
        return brought

    monkeypatch.setattr(prepare_landing, "bring_here", write_then)
    async with served(shared.there):
        assert (await complete_task(shared.here, task_id=shared.id, summary="S")).completed
        await until_awaited(lambda: shared.is_over("auth"))
    chamber = await shared.chamber("auth")
    assert shared.there_main.git("show", f"{chamber.saved_ref}:late.py") == "late"
    assert not (shared.here_main.path / "late.py").exists()


async def test_a_hook_that_refuses_there_keeps_the_task_open_with_its_words(
    shared: SharedTask,
) -> None:
    shared.api.write("api.py", "1\n")
    shared.auth.write("auth.py", "1\n")
    shared.there_main.hook("pre-commit", "echo no tabs please >&2; exit 1")
    head = shared.here_main.head
    async with served(shared.there):
        with pytest.raises(Refused, match=r"'auth' is in clone .*there .heard .*no tabs please"):
            await complete_task(shared.here, task_id=shared.id, summary="S")
        assert (await shared.state(), shared.here_main.head) == ("open", head)
        part = await complete_task(shared.here, task_id=shared.id, summary="S", partial=True)
        assert (part.completed, part.merged, part.still_live) == (False, ["api"], ["auth"])
        assert any("no tabs please" in note for note in part.notes)
        shared.there_main.hook("pre-commit", "exit 0")
        assert (await complete_task(shared.here, task_id=shared.id, summary="S")).completed
        await until_awaited(lambda: shared.is_over("auth"))
    assert (shared.here_main.path / "auth.py").is_file()


async def test_a_silent_clone_that_has_published_nothing_is_named(
    shared: SharedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_for_other_clones, "STARTING_MS", 0)
    shared.api.write("api.py", "1\n")
    shared.auth.write("auth.py", "1\n")
    with pytest.raises(
        Refused, match=r"'auth' is in clone .*there .last heard .*nobody is on duty to hand"
    ):
        await complete_task(shared.here, task_id=shared.id, summary="S", confirm=True)
    part = await complete_task(shared.here, task_id=shared.id, summary="S", partial=True)
    assert (part.merged, part.still_live, await shared.state()) == (["api"], ["auth"], "open")
    assert (await complete_task(shared.there, task_id=shared.id, summary="S")).completed
    assert (shared.there_main.path / "auth.py").is_file()


async def test_what_a_silent_clone_published_lands_only_when_confirmed(shared: SharedTask) -> None:
    shared.auth.write("auth.py", "1\n")
    async with served(shared.there):
        await an_attempt_that_ended(shared)
    shared.auth.write("more.py", "1\n")
    with pytest.raises(
        Refused, match=r"auth: nobody is on duty in clone .*it published .* ago would land"
    ):
        await complete_task(shared.here, task_id=shared.id, summary="S")
    done = await complete_task(shared.here, task_id=shared.id, summary="S", confirm=True)
    assert done.completed
    assert any("closes it when it next runs" in note for note in done.notes)
    chamber = await shared.chamber("auth")
    assert (chamber.state, await shared.state()) == ("closing", "completed")
    assert (shared.auth.path / "more.py").is_file()
    assert (await reconcile(shared.here)).differences == []
    async with served(shared.there):
        await until_awaited(lambda: shared.is_over("auth"))
        await nothing_is_published(shared)
    chamber = await shared.chamber("auth")
    assert shared.there_main.git("show", f"{chamber.saved_ref}:more.py") == "1"
    assert (shared.here_main.path / "auth.py").is_file()
    assert not (shared.here_main.path / "more.py").exists()


async def an_attempt_that_ended(shared: SharedTask) -> None:
    """Have the work of `auth` published by an attempt in which the main checkout is in the way."""
    shared.here_main.write("auth.py", "the person's own\n")
    with pytest.raises(Refused):
        await complete_task(shared.here, task_id=shared.id, summary="S")
    (shared.here_main.path / "auth.py").unlink()
    assert (await shared.chamber("auth")).published


async def test_a_dry_run_asks_nobody_and_says_what_is_published(shared: SharedTask) -> None:
    shared.auth.write("auth.py", "1\n")
    async with served(shared.there):
        plan = await complete_task(shared.here, task_id=shared.id, summary="S", dry_run=True)
        assert any("nothing of it is published yet" in note for note in plan.notes)
        assert not (await shared.chamber("auth")).published
        await an_attempt_that_ended(shared)
        plan = await complete_task(shared.here, task_id=shared.id, summary="S", dry_run=True)
        assert (sorted(plan.merged), plan.notes) == (["api", "auth"], [])


async def test_without_a_common_remote_each_clone_lands_its_own(shared: SharedTask) -> None:
    shared.there_main.git("remote", "remove", "origin")
    shared.api.write("api.py", "1\n")
    shared.auth.write("auth.py", "1\n")
    async with served(shared.there):

        async def has_none() -> bool:
            state = await shared.here.store.snapshot()
            return not state.clones[shared.there.clone].remotes

        await until_awaited(has_none)
        with pytest.raises(Refused, match=r"which shares no remote with this clone"):
            await complete_task(shared.here, task_id=shared.id, summary="S")
        made = await create_chambers_batch(shared.here, task_id=shared.id, chamber_names=["web"])
        [note] = [note for note in made.notes if "shares no remote" in note]
        assert "the work of auth is neither compared nor landed here" in note
        part = await complete_task(shared.here, task_id=shared.id, summary="S", partial=True)
        assert (part.merged, part.still_live) == (["api", "web"], ["auth"])
    assert (await complete_task(shared.there, task_id=shared.id, summary="S")).completed


async def test_two_chambers_that_conflict_across_clones_are_an_answer(shared: SharedTask) -> None:
    shared.api.write("README", "here\n")
    shared.auth.write("README", "there\n")
    async with served(shared.there):
        done = await complete_task(shared.here, task_id=shared.id, summary="S")
    assert not done.completed
    [conflict] = done.conflicts
    assert (conflict.file, sorted(conflict.between)) == ("README", ["api", "auth"])
    merge, _, add, commit = done.resolve
    assert merge == (f"git -C {shared.api.path} merge refs/orchestra/chambers/{shared.id}/auth")
    assert add.startswith(f"git -C {shared.api.path} add")
    assert commit.startswith(f"git -C {shared.api.path} commit")


async def test_unintended_files_in_the_other_clone_are_committed_only_when_confirmed(
    shared: SharedTask,
) -> None:
    shared.auth.write(".env", "TOKEN=1\n")
    head = shared.auth.head
    async with served(shared.there):
        with pytest.raises(Refused, match=r"cannot hand its work over: .*unintended: \.env"):
            await complete_task(shared.here, task_id=shared.id, summary="S")
        assert (shared.auth.head, shared.published) == (head, [])
        await complete_task(shared.here, task_id=shared.id, summary="S", confirm=True)
    assert (shared.here_main.path / ".env").is_file()


async def test_commits_that_only_the_other_clones_branch_has_do_not_land(
    shared: SharedTask,
) -> None:
    shared.there_main.commit("not pushed", {"private.py": "1\n"})
    made = await create_chambers_batch(
        shared.there, task_id=shared.id, chamber_names=["web"], base="main"
    )
    TestRepository(Path(made.chambers[0].path)).commit("web", {"web.py": "1\n"})
    async with served(shared.there):
        done = await complete_task(shared.here, task_id=shared.id, summary="S")
        assert done.completed
        assert any("not pushed" in note for note in done.notes)
        await until_awaited(lambda: shared.is_over("web"))
    assert (shared.here_main.path / "web.py").is_file()
    assert not (shared.here_main.path / "private.py").exists()


async def test_a_task_that_began_at_a_commit_which_is_not_here_says_so(
    shared: SharedTask,
) -> None:
    shared.there_main.commit("not pushed", {"private.py": "1\n"})
    task_id = await a_started_task(shared.there, "Something else")
    with pytest.raises(Refused, match=r"began at is not in this clone: push it where the task was"):
        await create_chambers_batch(shared.here, task_id=task_id, chamber_names=["web"])


async def test_work_that_was_published_uncommitted_lands_in_a_commit_by_the_user(
    shared: SharedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radar_exchange, "PAUSE", 0.05)
    shared.auth.write("auth.py", "1\n")

    async def is_published() -> bool:
        return (await shared.chamber("auth")).published not in {"", shared.auth.head}

    async with radar_on(shared.there):
        await until_awaited(is_published)
    await complete_task(shared.here, task_id=shared.id, summary="Add it", confirm=True)
    author_and_subject = shared.here_main.git(
        "log", "--format=%an %s", "--first-parent", "HEAD^2", "-1"
    )
    assert author_and_subject == "Ada Tester auth: Add it"
    assert (shared.here_main.path / "auth.py").is_file()


async def test_a_clone_whose_first_process_is_just_starting_is_waited_for(
    shared: SharedTask,
) -> None:
    shared.auth.write("auth.py", "1\n")
    await register_clone(shared.there.store, shared.there.project)
    landing = asyncio.create_task(complete_task(shared.here, task_id=shared.id, summary="S"))

    async def is_asked() -> bool:
        return await shared.state() == "completing"

    await until_awaited(is_asked)
    async with served(shared.there):
        assert (await landing).completed


async def test_a_clone_that_does_not_answer_is_named_and_the_task_is_open_again(
    shared: SharedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_for_other_clones, "START_SECONDS", 0.1)
    await register_clone(shared.there.store, shared.there.project)
    with pytest.raises(Refused, match=r"which has not handed its work over within 0 s; call again"):
        await complete_task(shared.here, task_id=shared.id, summary="S")
    assert await shared.state() == "open"
