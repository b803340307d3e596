import pytest
from msgspec.structs import replace

from orchestra_core.errors import OrchestraError
from orchestra_core.models import BASE, Conflict
from orchestra_core.replies.conflicts import CurrentConflicts
from orchestra_core.state import ProjectState
from orchestra_server.usecases.conflicts.get_conflicts import current_conflicts
from tests.support.samples.documents import NOON, a_chamber, a_conflict, a_task

TASK = replace(a_task(), base_branch="main")
AUTH, DATABASE = (f"{TASK.id}/{name}" for name in ("auth", "database"))


def conflicts_with(*conflicts: Conflict, closed: str = "") -> CurrentConflicts:
    state = ProjectState()
    state.put(TASK)
    for name in ("auth", "database"):
        state.put(replace(a_chamber(name), state="closed" if name == closed else "live"))
    for conflict in conflicts:
        state.put(conflict)
    return current_conflicts(state, TASK.id)


def with_base(kind: str) -> Conflict:
    return replace(a_conflict(), id=f"{AUTH}|{BASE}", between=(AUTH, BASE), kinds=(kind,))


def test_without_a_conflict_all_chambers_merge() -> None:
    answer = conflicts_with()
    assert answer.collisions == []
    assert "all live chambers merged with each other" in answer.next_step


def test_a_conflict_is_returned_with_its_chambers_and_files() -> None:
    [conflict] = conflicts_with(replace(a_conflict(), count=9)).collisions
    assert conflict.between == ["auth", "database"]
    assert [(file.file, file.kind) for file in conflict.files] == [("src/app.py", "content")]
    assert conflict.more_files == 8


def test_conflicts_are_returned_oldest_first() -> None:
    later = replace(with_base("content"), since=NOON + 1)
    assert [collision.between for collision in conflicts_with(later, a_conflict()).collisions] == [
        ["auth", "database"], ["auth", BASE],
    ]  # fmt: skip


def test_a_conflict_that_is_over_is_not_returned() -> None:
    assert conflicts_with(replace(a_conflict(), state="clear")).collisions == []


def test_a_conflict_of_a_closed_chamber_is_not_returned() -> None:
    assert conflicts_with(a_conflict(), closed="database").collisions == []


def test_the_next_step_for_two_chambers_names_the_merge_to_run() -> None:
    step = conflicts_with(a_conflict()).next_step
    assert "which of 'auth' and 'database' keeps the files" in step
    assert f"git merge orchestra/{TASK.id}/database" in step


def test_the_next_step_for_a_moved_base_merges_its_branch() -> None:
    assert "run `git merge main` there" in conflicts_with(with_base("content")).next_step


def test_the_next_step_for_a_rewritten_branch_replays_the_chambers_commits() -> None:
    step = conflicts_with(with_base("rewritten")).next_step
    assert step.startswith("The branch was rewritten under chamber 'auth'")


def test_an_unknown_task_is_an_error() -> None:
    with pytest.raises(OrchestraError, match="nobody"):
        current_conflicts(ProjectState(), "nobody")


def conflicts_where_auth_is(health: str) -> CurrentConflicts:
    state = ProjectState()
    state.put(TASK)
    state.put(replace(a_chamber("auth"), state="live", health=(health,)))
    state.put(replace(a_chamber("database"), state="live"))
    return current_conflicts(state, TASK.id)


def test_a_chamber_that_is_not_watched_is_named_and_nothing_is_said_to_merge() -> None:
    answer = conflicts_where_auth_is("not watched: the limit is reached; raise it")
    assert answer.not_watched == {"auth": "the limit is reached; raise it"}
    assert answer.next_step.startswith(
        "Not watched, and looked at every 30 seconds only: 'auth' (the limit is reached; raise it)."
    )
    assert "merge" not in answer.next_step


def test_a_chamber_whose_directory_is_gone_is_not_compared() -> None:
    answer = conflicts_where_auth_is("directory gone: /x is not there")
    assert answer.not_compared == ["auth"]
    assert "All live chambers" not in answer.next_step
