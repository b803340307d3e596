from collections.abc import Mapping
from dataclasses import replace as with_fields
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.models import Chamber, Interrupt, Task
from orchestra_core.state import ProjectState
from orchestra_server.git.worktrees.add_and_list import Worktree
from orchestra_server.usecases.reconcile.diagnose import differences
from orchestra_server.usecases.reconcile.observation import ChamberObservation, Observation
from tests.support.samples import a_chamber, a_task, an_interrupt

CLONE = "here"
TASK = a_task().id
LIVE = replace(a_chamber(), state="live", clone=CLONE)
TREE = Worktree(Path(LIVE.path), LIVE.branch, "c0ffee", "orchestra: chamber auth")
OTHER_PLACE = Path("/elsewhere/.claude/worktrees/auth")


def seen(
    *chambers: Chamber,
    task: Task | None = None,
    mail: tuple[Interrupt, ...] = (),
    trees: tuple[Worktree, ...] = (TREE,),
    at: ChamberObservation | None = None,
    claims: Mapping[str, str] | None = None,
) -> Observation:
    state = ProjectState()
    for document in (task or a_task(), *chambers, *mail):
        state.put(document)
    return Observation(
        clone=CLONE,
        state=state,
        tasks=frozenset([TASK]),
        trees=trees,
        chambers={one.id: at or ChamberObservation() for one in chambers},
        claims=claims or {},
    )


def in_state(state: str) -> Chamber:
    return replace(LIVE, state=state)


SENT = an_interrupt()
POSTED = replace(SENT, state="posted")
CANCELLED = replace(SENT, state="cancelled")
COMPLETING = replace(a_task(), state="completing", completing_clone=CLONE)

CASES = {
    "half-made chamber": seen(in_state("creating")),
    "unfinished closing": seen(in_state("closing")),
    "half-restored chamber": seen(in_state("closed")),
    "unfinished completing": seen(task=COMPLETING, trees=()),
    "deleted directory": seen(LIVE, at=ChamberObservation(exists=False)),
    "unknown chamber": seen(LIVE, at=ChamberObservation(exists=False), trees=()),
    "moved chamber": seen(
        LIVE, trees=(with_fields(TREE, path=OTHER_PLACE),), at=ChamberObservation(exists=False)
    ),
    "linked directory": seen(LIVE, at=ChamberObservation(link="/elsewhere")),
    "late files": with_fields(seen(in_state("closed"), trees=()), late={LIVE.id: 1}),
    "forgotten worktree": seen(LIVE, trees=()),
    "lost link": seen(LIVE, at=ChamberObservation(linked=False)),
    "lost hook": seen(LIVE, at=ChamberObservation(hooked=False)),
    "unlocked worktree": seen(LIVE, trees=(with_fields(TREE, locked_reason=""),)),
    "renamed branch": with_fields(seen(LIVE), renamed={LIVE.id: "fix-login"}),
    "unread receipts": seen(LIVE, at=ChamberObservation(receipts=2)),
    "unposted mail": seen(LIVE, mail=(SENT,)),
    "lost mail": seen(LIVE, mail=(POSTED,)),
    "leftover mail": seen(
        LIVE, mail=(CANCELLED,), at=ChamberObservation(unread=frozenset([SENT.id]))
    ),
    "orphan worktree": seen(),
    "orphan branch": with_fields(seen(trees=()), branches={LIVE.branch: "c0ffee"}),
    "stale claim": seen(in_state("closed"), trees=(), claims={"auth": LIVE.id}),
    "stale lock": with_fields(seen(LIVE), locks=("/repo/.git/index.lock",)),
    "moved worktree": with_fields(seen(LIVE), astray=(str(OTHER_PLACE),)),
    "moved repository": with_fields(seen(LIVE), moved_from="/before"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_difference_is_found_alone_and_by_its_name(name: str) -> None:
    assert [one.name for one in differences(CASES[name])] == [name]


def test_a_live_chamber_with_a_linked_and_locked_worktree_has_no_difference() -> None:
    assert differences(seen(LIVE, claims={"auth": LIVE.id})) == ()


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
    [found] = differences(with_fields(seen(task=task, trees=()), landed=frozenset(landed)))
    assert found.mending.startswith(mending)


@pytest.mark.parametrize(("settled", "mending"), [(True, "it is deleted"), (False, "it is kept")])
def test_an_orphan_branch_is_deleted_only_if_its_work_is_merged_or_saved(
    *, settled: bool, mending: str
) -> None:
    names = frozenset([LIVE.branch]) if settled else frozenset[str]()
    [found] = differences(with_fields(CASES["orphan branch"], settled=names))
    assert found.mending.startswith(mending)


def test_in_a_moved_repository_only_stale_locks_are_found_before_the_relocation() -> None:
    moved = with_fields(seen(trees=()), moved_from="/before", locks=("/repo/.git/index.lock",))
    assert [one.name for one in differences(moved)] == ["stale lock", "moved repository"]


def test_mail_counts_as_lost_only_if_no_receipt_can_exist() -> None:
    with_receipt = seen(LIVE, mail=(POSTED,), at=ChamberObservation(receipts=1))
    assert [one.name for one in differences(with_receipt)] == ["unread receipts"]


def test_a_worktree_of_another_repository_is_no_orphan() -> None:
    assert differences(with_fields(seen(), others=frozenset([LIVE.path]))) == ()
