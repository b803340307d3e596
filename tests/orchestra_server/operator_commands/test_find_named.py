"""Which task and which chamber the operator means."""

import pytest

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.models import Chamber, ChamberState, Task
from orchestra_core.state import ProjectState
from orchestra_server.operator_commands.find_named import chamber_named, task_named
from tests.support.samples.documents import a_task


def a_state(*chambers: Chamber, tasks: tuple[Task, ...] = ()) -> ProjectState:
    state = ProjectState()
    for chamber in chambers:
        state.chambers[chamber.id] = chamber
        state.tasks[chamber.task_id] = a_task(chamber.task_id)
    for task in tasks:
        state.tasks[task.id] = task
    return state


def a_chamber(task_id: str, name: str, state: ChamberState = "live") -> Chamber:
    return Chamber(
        id=f"{task_id}/{name}", task_id=task_id, name=name, state=state, path="", branch="",
        created_at=1,
    )  # fmt: skip


def test_the_only_open_task_needs_no_name() -> None:
    assert task_named(a_state(tasks=(a_task("t-1"),)), "").id == "t-1"


def test_without_an_open_task_the_error_says_how_to_begin() -> None:
    with pytest.raises(Unknown, match="no task is open; begin with 'orchestra create NAME'"):
        task_named(ProjectState(), "")


def test_of_several_open_tasks_one_must_be_named() -> None:
    state = a_state(tasks=(a_task("t-1"), a_task("t-2")))
    with pytest.raises(BadInput, match=r"2 tasks are open; name one: t-1, t-2"):
        task_named(state, "")
    assert task_named(state, "t-2").id == "t-2"


def test_an_unknown_task_is_refused_with_the_open_ones() -> None:
    with pytest.raises(Unknown, match=r"no task 't-9'; open are: t-1"):
        task_named(a_state(tasks=(a_task("t-1"),)), "t-9")


def test_a_standing_chamber_is_meant_before_closed_ones_of_its_name() -> None:
    state = a_state(a_chamber("t-1", "auth", "closed"), a_chamber("t-2", "auth"))
    assert chamber_named(state, "auth").id == "t-2/auth"
    assert chamber_named(state, "t-1/auth").id == "t-1/auth"
    assert chamber_named(state, "auth", "t-1").id == "t-1/auth"


def test_of_several_closed_chambers_one_must_be_named() -> None:
    state = a_state(a_chamber("t-1", "auth", "closed"), a_chamber("t-2", "auth", "failed"))
    with pytest.raises(BadInput, match="name one: t-1/auth, t-2/auth"):
        chamber_named(state, "auth")


def test_an_unknown_chamber_is_refused_with_the_live_ones() -> None:
    state = a_state(a_chamber("t-1", "auth"), a_chamber("t-1", "old", "closed"))
    with pytest.raises(Unknown, match=r"no chamber 'api'; the live ones are: auth$"):
        chamber_named(state, "api")
    with pytest.raises(Unknown, match=r"task 't-1' has no chamber 'api'"):
        chamber_named(state, "t-1/api")
    with pytest.raises(BadInput, match="not allowed"):
        chamber_named(state, "No Name")
