from dataclasses import replace as with_fields

import pytest
from msgspec.structs import replace

from orchestra_core.models import Task
from orchestra_server.usecases.reconcile.diagnose import differences
from tests.support.samples.observations import (
    COMPLETING,
    LIVE,
    OTHER_PLACE,
    TASK,
    in_state,
    seen,
)

CASES = {
    "unfinished completing": seen(task=COMPLETING, trees=()),
    "orphan worktree": seen(),
    "orphan branch": with_fields(seen(trees=()), branches={LIVE.branch: "c0ffee"}),
    "stale claim": seen(in_state("closed"), trees=(), claims={"auth": LIVE.id}),
    "stale lock": with_fields(seen(LIVE), locks=("/repo/.git/index.lock",)),
    "moved worktree": with_fields(seen(LIVE), astray=(str(OTHER_PLACE),)),
    "moved repository": with_fields(seen(LIVE), moved_from="/before"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_difference_is_found_alone_and_by_its_name(name: str) -> None:
    assert [difference.name for difference in differences(CASES[name])] == [name]


@pytest.mark.parametrize("state", ["creating", "closing", "live"])
def test_a_chamber_of_another_clone_is_ignored(state: str) -> None:
    away = replace(in_state(state), clone="elsewhere")
    assert differences(seen(away, trees=())) == ()


def test_a_task_that_a_running_call_completes_is_not_stuck() -> None:
    assert differences(with_fields(seen(task=COMPLETING, trees=()), ending=frozenset([TASK]))) == ()


@pytest.mark.parametrize(
    ("task", "landed", "mending"),
    [
        (COMPLETING, {TASK}, "its work has landed"),
        (replace(COMPLETING, ending="save"), set[str](), "closing is finished"),
        (COMPLETING, set[str](), "nothing has landed"),
    ],
)
def test_an_unfinished_completion_is_reopened_or_finished_depending_on_its_progress(
    task: Task, landed: set[str], mending: str
) -> None:
    [difference] = differences(with_fields(seen(task=task, trees=()), landed=frozenset(landed)))
    assert difference.mending.startswith(mending)


@pytest.mark.parametrize(("settled", "mending"), [(True, "it is deleted"), (False, "it is kept")])
def test_an_orphan_branch_is_deleted_only_if_its_work_is_merged_or_saved(
    *, settled: bool, mending: str
) -> None:
    names = frozenset([LIVE.branch]) if settled else frozenset[str]()
    [difference] = differences(with_fields(CASES["orphan branch"], settled=names))
    assert difference.mending.startswith(mending)


def test_in_a_moved_repository_only_stale_locks_are_found_before_the_relocation() -> None:
    moved = with_fields(seen(trees=()), moved_from="/before", locks=("/repo/.git/index.lock",))
    assert [difference.name for difference in differences(moved)] == [
        "stale lock",
        "moved repository",
    ]


def test_a_worktree_of_another_repository_is_not_an_orphan() -> None:
    assert differences(with_fields(seen(), others=frozenset([LIVE.path]))) == ()
