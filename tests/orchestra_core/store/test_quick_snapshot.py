"""One look at the state without a client: the same as the store reads, or nothing at all."""

import asyncio
from dataclasses import replace

import pytest

from orchestra_core.errors import BadInput
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_core.store.quick_snapshot import quick_snapshot
from orchestra_core.store.store import Store
from tests.support.samples.documents import a_task, starting
from tests.support.stores.scripted_server import HANG_UP, scripted_server
from tests.support.stores.store_watch import commit
from tests.support.stores.valkey import Server
from tests.support.stores.valkey_users import a_user_of_their_own


async def test_a_quick_snapshot_returns_the_same_state_as_the_store(
    store: Store, settings: Settings, project_id: str
) -> None:
    await commit(store, starting(a_task(description="Grüße 🎻")))
    assert quick_snapshot(project_id, settings) == await store.snapshot()


def test_a_quick_snapshot_of_a_project_without_state_is_empty(
    settings: Settings, project_id: str
) -> None:
    state = quick_snapshot(project_id, settings)
    assert state is not None
    assert (state.seq, state.tasks) == (0, {})


async def test_a_quick_snapshot_works_over_tcp(
    store: Store, settings: Settings, project_id: str, valkey_server: Server
) -> None:
    await commit(store, starting())
    at_port = replace(settings, redis_url=f"redis://127.0.0.1:{valkey_server.listen()}")
    assert quick_snapshot(project_id, at_port) == await store.snapshot()


async def test_a_quick_snapshot_finds_the_private_server_by_its_record(project_id: str) -> None:
    with a_user_of_their_own() as own:
        assert quick_snapshot(project_id, own) is None
        async with open_store(project_id, own) as store:
            await commit(store, starting())
            assert quick_snapshot(project_id, own) == await store.snapshot()
        assert quick_snapshot(project_id, own) is None


@pytest.mark.parametrize(
    "url",
    [
        "redis://user:secret@localhost",
        "redis://localhost/3",
        "redis://localhost?protocol=3",
        "rediss://localhost",
        "redis+sentinel://localhost/service",
        "redis+cluster://localhost",
        "unix:///nonexistent/socket",
    ],
)
def test_a_quick_snapshot_gives_up_where_a_client_is_needed_or_no_server_answers(
    settings: Settings, url: str
) -> None:
    assert quick_snapshot("p", replace(settings, redis_url=url)) is None


def test_an_invalid_url_is_an_error(settings: Settings) -> None:
    with pytest.raises(BadInput):
        quick_snapshot("p", replace(settings, redis_url="http://localhost"))


@pytest.mark.parametrize("said", [HANG_UP, b"-LOADING its data\r\n", b"what?\r\n"])
async def test_a_quick_snapshot_gives_up_on_a_server_without_a_usable_answer(
    settings: Settings, said: bytes
) -> None:
    replies = iter([said])
    async with scripted_server(lambda _: next(replies, HANG_UP)) as url:
        named = replace(settings, redis_url=url)
        assert await asyncio.to_thread(quick_snapshot, "p", named) is None
