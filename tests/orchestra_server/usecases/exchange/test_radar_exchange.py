"""The radar across two clones: work is published as it is seen, fetched, and compared."""

from collections.abc import AsyncGenerator

import pytest

from orchestra_server.git.remotes.published_refs import chamber_ref
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.conflicts.get_conflicts import get_conflicts
from orchestra_server.usecases.exchange import radar_exchange
from tests.orchestra_server.usecases.exchange.conftest import SharedTask, served
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.conflict_scene import radar_on
from tests.support.waiting import until, until_awaited


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radar_exchange, "PAUSE", 0.05)


@pytest.fixture
async def watched(shared: SharedTask) -> AsyncGenerator[SharedTask]:
    async with radar_on(shared.here), radar_on(shared.there):
        yield shared


async def test_uncommitted_work_is_published_without_a_trace_in_the_chamber(
    watched: SharedTask,
) -> None:
    watched.auth.write("auth.py", "open\n")
    ref = chamber_ref(watched.id, "auth")

    def is_published() -> bool:
        return ref in watched.published and "auth.py" in watched.origin.git(
            "ls-tree", "-r", "--name-only", ref
        )

    await until(is_published)
    await until_awaited(lambda: noted(watched, "auth", watched.origin.git("rev-parse", ref)))
    assert watched.auth.status == "?? auth.py"
    assert watched.auth.git("stash", "list") == ""


async def noted(shared: SharedTask, name: str, commit: str) -> bool:
    chamber = await shared.chamber(name)
    return chamber.published == commit and chamber.published_on == str(
        shared.origin.path
    ).removesuffix(".git")


async def test_two_clones_that_write_one_line_conflict_before_anybody_lands(
    watched: SharedTask,
) -> None:
    watched.auth.write("README", "there\n")
    watched.api.write("README", "here\n")

    async def is_seen() -> bool:
        return bool((await get_conflicts(watched.here, task_id=watched.id)).collisions)

    await until_awaited(is_seen)
    [collision] = (await get_conflicts(watched.here, task_id=watched.id)).collisions
    assert sorted(collision.between) == ["api", "auth"]
    answer = await get_conflicts(watched.here, task_id=watched.id)
    assert f"`git merge {chamber_ref(watched.id, 'auth')}`" in answer.next_step
    assert answer.not_compared == []

    async def is_over() -> bool:
        return not await is_seen()

    watched.auth.git("checkout", "--quiet", "--", "README")
    await until_awaited(is_over)
    answer = await get_conflicts(watched.here, task_id=watched.id)
    assert "As their clones last published them: auth." in answer.next_step


async def test_published_work_is_deleted_with_its_chamber_here_and_on_the_remote(
    watched: SharedTask,
) -> None:
    watched.auth.write("auth.py", "1\n")
    ref = chamber_ref(watched.id, "auth")
    await until(lambda: ref in watched.here_main.git("for-each-ref", "--format=%(refname)"))
    async with served(watched.there):
        await close_chamber(watched.there, task_id=watched.id, chamber="auth")
        await until(lambda: ref not in watched.published)
    await until(lambda: ref not in watched.here_main.git("for-each-ref", "--format=%(refname)"))
    assert (await watched.chamber("auth")).saved_ref


async def test_a_task_of_one_clone_is_published_nowhere(shared: SharedTask) -> None:
    alone = await a_started_task(shared.here, "Something else")
    web = (await chambers_open(shared.here, alone, ["web"]))["web"]
    async with radar_on(shared.here):
        web.write("web.py", "1\n")
        shared.api.write("api.py", "1\n")
        await until(lambda: chamber_ref(shared.id, "api") in shared.published)
    assert [ref for ref in shared.published if alone in ref] == []


async def test_an_unreachable_remote_delays_nothing_and_gets_the_work_later(
    watched: SharedTask,
) -> None:
    away = watched.origin.path.with_name("away")
    watched.origin.path.rename(away)
    watched.auth.write("README", "there\n")
    watched.there_main.commit("meanwhile", {"README": "main\n"})

    async def is_seen() -> bool:
        return bool((await get_conflicts(watched.there, task_id=watched.id)).collisions)

    await until_awaited(is_seen)
    away.rename(watched.origin.path)
    watched.auth.write("README", "there again\n")
    await until(lambda: chamber_ref(watched.id, "auth") in watched.published)


async def test_new_files_that_look_unintended_are_not_published(
    watched: SharedTask,
) -> None:
    watched.auth.write("auth.py", "1\n")
    watched.auth.write(".env", "TOKEN=1\n")
    ref = chamber_ref(watched.id, "auth")
    await until(lambda: ref in watched.published)
    await until_awaited(lambda: noted(watched, "auth", watched.auth.head))
    assert watched.origin.git("rev-parse", ref) == watched.auth.head
    (watched.auth.path / ".env").unlink()
    await until(lambda: watched.origin.git("rev-parse", ref) != watched.auth.head)
    assert ".env" not in watched.origin.git("ls-tree", "-r", "--name-only", ref)
    events = [event.kind for event in await watched.here.store.events()]
    assert events.count("chamber.published") < 10
