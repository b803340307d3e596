from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_core.store.store import Contended, Store
from tests.support.samples.documents import a_clone

SILENT = 60_000


async def say(store: Store, holder: str, serves: str | None = "mail", **names: str) -> str:
    """Say that the clone is heard and return 'held' or 'contended'."""
    clone = replace(a_clone(), **names)
    answer = await store.say_heard(clone, holder, serves, silent_ms=SILENT)
    return "contended" if isinstance(answer, Contended) else "held"


async def kinds(store: Store) -> list[str]:
    return [event.kind for event in await store.events()]


async def test_a_clone_appears_once_and_is_heard_without_an_event(store: Store) -> None:
    assert [await say(store, "h1") for _ in range(3)] == ["held"] * 3
    assert await kinds(store) == ["clone.appeared"]
    state = await store.snapshot()
    assert state.clones[a_clone().id].name == "laptop:/repo"
    assert state.clones[a_clone().id].first_heard > 0
    assert state.heartbeats[a_clone().id].is_on_duty
    assert abs(state.heartbeats[a_clone().id].at - (await store.heartbeats())[a_clone().id].at) < 50


async def test_a_clone_with_other_remotes_says_so_once(store: Store) -> None:
    await say(store, "h1")
    for _ in range(2):
        await say(store, "h1", remotes="example.org/shop")
    assert await kinds(store) == ["clone.appeared", "clone.remotes-changed"]
    clone = (await store.snapshot()).clones[a_clone().id]
    assert (clone.remotes, clone.name) == ("example.org/shop", "laptop:/repo")


async def test_a_clone_under_another_name_is_the_same_clone_renamed(store: Store) -> None:
    await say(store, "h1")
    first = (await store.snapshot()).clones[a_clone().id].first_heard
    await say(store, "h1", host="laptop.fritz.box")
    await say(store, "h1", host="laptop.fritz.box", path="/moved")
    assert await kinds(store) == ["clone.appeared", "clone.renamed", "clone.renamed"]
    state = await store.snapshot()
    assert (state.clones[a_clone().id].name, state.clones[a_clone().id].first_heard) == (
        "laptop.fritz.box:/moved",
        first,
    )
    replayed = ProjectState()
    for event in await store.events():
        replayed.apply(event)
    assert replayed.clones == state.clones


async def test_another_machine_with_the_same_id_is_refused_while_the_first_is_on_duty(
    store: Store,
) -> None:
    await say(store, "h1")
    before = (await store.heartbeats())[a_clone().id]
    assert await say(store, "h2", host="copy") == "contended"
    assert (await store.heartbeats())[a_clone().id].holder == before.holder == "h1"
    assert await kinds(store) == ["clone.appeared"]


async def test_another_machine_takes_over_once_the_first_has_left_or_was_never_on_duty(
    store: Store,
) -> None:
    await say(store, "h1")
    await say(store, "h1", "")
    assert await say(store, "h2") == "held"
    await say(store, "h2", "")
    await say(store, "h3", None)
    assert not (await store.heartbeats())[a_clone().id].is_on_duty
    assert await say(store, "h4") == "held"


async def test_another_machine_takes_over_once_the_first_is_silent_for_long(store: Store) -> None:
    await say(store, "h1")
    answer = await store.say_heard(a_clone(), "h2", "mail", silent_ms=0)
    assert answer is None
    assert (await store.heartbeats())[a_clone().id].holder == "h2"


async def test_a_process_beside_the_one_on_duty_leaves_what_that_serves(store: Store) -> None:
    await say(store, "h1", "mail")
    await say(store, "h1", None)
    assert (await store.heartbeats())[a_clone().id].serves == "mail"


async def test_the_time_when_the_other_machine_was_heard_is_by_the_stores_clock(
    store: Store,
) -> None:
    await say(store, "h1")
    answer = await store.say_heard(a_clone(), "h2", "mail", silent_ms=SILENT)
    assert isinstance(answer, Contended)
    assert 0 <= answer.now - answer.heard_at < SILENT
