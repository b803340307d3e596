import pytest

from orchestra_core.errors import Unknown
from orchestra_core.state import ProjectState
from orchestra_server.usecases.common.lookups import (
    chamber_of_agent,
    task_in,
    unknown_chamber,
    unknown_task,
)
from tests.support.samples.documents import a_chamber, a_task


def state_of(*task_ids: str) -> ProjectState:
    return ProjectState(tasks={task_id: a_task(task_id) for task_id in task_ids})


def test_a_task_is_found_by_its_id() -> None:
    state = state_of("add-login-1a2b")
    assert task_in(state, "add-login-1a2b") is state.tasks["add-login-1a2b"]


def test_the_error_for_an_unknown_task_lists_the_closest_first() -> None:
    error = unknown_task("fix-menu-0000", state_of("add-login-1a2b", "fix-menu-3c4d"))
    assert str(error) == "there is no task 'fix-menu-0000'; open are: fix-menu-3c4d, add-login-1a2b"
    with pytest.raises(Unknown, match="there is no task"):
        task_in(state_of("add-login-1a2b"), "fix")


def test_without_an_open_task_the_error_says_how_to_start_one() -> None:
    assert str(unknown_task("x", ProjectState())).endswith("begin with start_task")


def test_the_error_for_an_unknown_chamber_lists_the_tasks_chambers() -> None:
    task = a_task()
    error = unknown_chamber("a\nb", task, [a_chamber("auth"), a_chamber("api")])
    assert str(error) == f"task {task.id!r} has no chamber 'a b'; its chambers are: auth, api"
    assert "create_chambers_batch" in str(unknown_chamber("api", task, []))


@pytest.mark.parametrize(
    ("agent_id", "chamber"),
    [
        ("executor-auth", "auth"),
        ("executor-auth-api", "auth-api"),
        ("auth", "auth"),
        ("executorauth", ""),
        ("reviewer", ""),
    ],
)
def test_an_agent_id_belongs_to_the_longest_chamber_name_that_it_ends_with(
    agent_id: str, chamber: str
) -> None:
    assert chamber_of_agent(agent_id, ["api", "auth", "auth-api"]) == chamber
