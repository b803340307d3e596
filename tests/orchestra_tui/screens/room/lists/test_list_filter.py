from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.screens.room.lists.list_filter import ListFilter
from tests.support.samples.documents import NOON, a_chamber, a_discovery, a_task

OPEN, DONE = a_task("open-1a2b"), replace(a_task("done-3c4d"), state="completed", finished_at=NOON)
LIVE = replace(a_chamber("auth", OPEN.id), state="live")
CLOSED = replace(a_chamber("api", OPEN.id), state="closed", ended_at=NOON)
OTHER = replace(a_chamber("docs", DONE.id), state="closed", ended_at=NOON)
FOUND = replace(a_discovery(), task_id=OPEN.id)


def a_state() -> IndexedState:
    return IndexedState(
        ProjectState(
            tasks={task.id: task for task in (OPEN, DONE)},
            chambers={chamber.id: chamber for chamber in (LIVE, CLOSED, OTHER)},
            discoveries={FOUND.id: FOUND},
        )
    )


def test_the_lists_show_everything_of_the_selected_task() -> None:
    shown = ListFilter(all_tasks=False, ended_chambers=True)
    assert set(shown.tasks(a_state())) == {OPEN.id, DONE.id}
    assert set(shown.chambers(a_state(), OPEN.id)) == {LIVE.id, CLOSED.id}
    assert shown.discoveries(a_state(), OPEN.id) == [FOUND.id]
    assert shown.discoveries(a_state(), DONE.id) == []


def test_ended_chambers_are_hidden_at_first_and_ended_tasks_when_it_is_asked_for() -> None:
    shown = ListFilter(all_tasks=False)
    assert set(shown.tasks(a_state())) == {OPEN.id, DONE.id}
    assert shown.chambers(a_state(), OPEN.id) == [LIVE.id]
    assert shown.toggle_ended()
    assert set(shown.chambers(a_state(), OPEN.id)) == {LIVE.id, CLOSED.id}
    assert not shown.toggle_ended()
    assert shown.tasks(a_state()) == [OPEN.id]


def test_the_chambers_of_one_task_that_is_over_all_show() -> None:
    assert ListFilter(all_tasks=False).chambers(a_state(), DONE.id) == [OTHER.id]


def test_without_a_selected_task_only_a_list_of_all_tasks_has_entries() -> None:
    selected = ListFilter(all_tasks=False)
    assert selected.chambers(a_state(), "") == selected.discoveries(a_state(), "") == []
    everything = ListFilter(ended_chambers=True)
    assert set(everything.chambers(a_state(), "")) == {LIVE.id, CLOSED.id, OTHER.id}
    assert everything.discoveries(a_state(), DONE.id) == [FOUND.id]
