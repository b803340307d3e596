import time

from orchestra_core.change import Change
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from tests.support.samples.documents import a_task, starting
from tests.support.stores.store_watch import commit

# What is asked for is 300 ms on a machine at peace; tests share two cores with others.
_PATIENCE = 3.0


async def test_the_snapshot_of_a_new_project_is_empty(store: Store) -> None:
    assert await store.snapshot() == ProjectState()


async def test_a_snapshot_holds_ten_thousand_tasks(store: Store) -> None:
    tasks = [a_task(f"task-{number}", "Words " * 20) for number in range(10_000)]
    for start in range(0, len(tasks), 1_000):
        events = tuple(starting(task).events[0] for task in tasks[start : start + 1_000])
        await commit(store, Change(events=events))

    best = float("inf")
    state = ProjectState()
    for _ in range(3):
        began = time.perf_counter()
        state = await store.snapshot()
        best = min(best, time.perf_counter() - began)

    assert state.tasks == {task.id: task for task in tasks}
    assert state.seq == 10_000
    assert best < 0.3 * _PATIENCE


async def test_a_document_of_another_version_is_named_beside_the_others(store: Store) -> None:
    await commit(store, starting())
    await store.client.call("HSET", store.keys.documents("tasks"), "t", '{"id":"t"}')

    state = await store.snapshot()

    assert list(state.tasks) == [a_task().id]
    (unreadable,) = state.unreadable
    assert (unreadable.key, unreadable.field) == (store.keys.documents("tasks"), "t")
