"""The life of a task, decided on documents alone."""

import pytest
from msgspec.structs import replace

from orchestra_core.errors import BadInput
from orchestra_core.models import Level, Phase, Task, TaskState
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.usecases.tasks.complexity import PHASES
from tests.support.samples.documents import NOON, a_task


def _planned() -> Task:
    return replace(
        a_task(),
        phases=(Phase(name="analysis", started_at=1), Phase(name="design"), Phase(name="build")),
        phase="analysis",
    )


def test_the_same_request_in_another_directory_has_another_claim() -> None:
    assert task_lifecycle.request_claim("x", "/a") == task_lifecycle.request_claim("x", "/a")
    assert task_lifecycle.request_claim("x", "/a") != task_lifecycle.request_claim("x", "/b")


def test_the_claim_of_a_request_is_not_a_valid_chamber_name() -> None:
    claim = task_lifecycle.request_claim("x", "/a")
    assert (claim[:8], len(claim)) == ("request:", 28)


def test_advancing_finishes_the_current_phase_and_starts_the_next() -> None:
    step = task_lifecycle.advanced(_planned(), "", at=NOON, actor="conductor")
    before, now, _ = step.task.phases
    assert (before.finished_at, now.started_at, now.by) == (NOON, NOON, "conductor")
    assert step.task.phase == "design"


def test_returning_to_an_earlier_phase_starts_it_again() -> None:
    there = task_lifecycle.advanced(_planned(), "build", at=NOON, actor="a").task
    back = task_lifecycle.advanced(there, "analysis", at=NOON + 9, actor="b").task
    assert back.phases[0] == Phase(name="analysis", started_at=NOON + 9, by="b")
    assert back.phases[2].finished_at == NOON + 9
    assert back.phases[1] == Phase(name="design")


def test_an_unknown_phase_is_named_in_a_one_line_error() -> None:
    with pytest.raises(BadInput, match="'x y'; its phases are: analysis, design, build"):
        task_lifecycle.advanced(_planned(), "x\ny", at=NOON, actor="a")
    with pytest.raises(BadInput, match=f"no phase '{'x' * 39}…';"):
        task_lifecycle.advanced(_planned(), "x" * 41, at=NOON, actor="a")


def test_a_task_in_no_phase_begins_its_first_one() -> None:
    step = task_lifecycle.advanced(replace(_planned(), phase=""), "", at=NOON, actor="a")
    assert (step.moved, step.task.phase) == (True, "analysis")
    assert [phase.finished_at for phase in step.task.phases] == [0, 0, 0]


def test_a_task_without_phases_stays_as_it_is() -> None:
    task = replace(a_task(), phases=(), phase="")
    step = task_lifecycle.advanced(task, "", at=NOON, actor="a")
    assert (step.moved, step.task, step.change.events) == (False, task, ())


def _with_plan(level: Level, phase: str = "") -> Task:
    names = PHASES[level]
    return replace(a_task(), phases=tuple(Phase(name=name) for name in names), phase=phase)


@pytest.mark.parametrize(
    ("level", "phases"),
    [
        ("trivial", ["implementation"] * 4),
        ("simple", ["implementation", "implementation", "verification", "verification"]),
        ("moderate", ["analysis", "implementation", "verification", "verification"]),
        ("complex", ["design", "implementation", "integration", "verification"]),
        ("very-complex", ["design", "implementation", "integration", "verification"]),
    ],
)
def test_milestones_bring_a_task_into_their_phases(level: Level, phases: list[str]) -> None:
    task = _with_plan(level, PHASES[level][0])
    milestones: tuple[task_lifecycle.Milestone, ...] = (
        "chambers opened",
        "work begun",
        "completing",
        "landing",
    )
    entered: list[str] = []
    for milestone in milestones:
        task = task_lifecycle.reached(task, milestone, at=NOON, actor="a").task
        entered.append(task.phase)
    assert entered == phases


def test_a_milestone_never_brings_a_task_back() -> None:
    task = _with_plan("complex", "verification")
    assert not task_lifecycle.reached(task, "work begun", at=NOON, actor="a").moved
    own_plan = replace(_planned(), phase="analysis")
    assert not task_lifecycle.reached(own_plan, "work begun", at=NOON, actor="a").moved


def test_a_milestone_brings_a_task_in_no_phase_into_the_first_one() -> None:
    step = task_lifecycle.reached(_with_plan("trivial"), "work begun", at=NOON, actor="a")
    assert (step.moved, step.task.phase) == (True, "implementation")


def test_a_milestone_that_a_plan_has_no_phase_for_leaves_a_task_in_no_phase() -> None:
    task = replace(_planned(), phase="")
    step = task_lifecycle.reached(task, "work begun", at=NOON, actor="a")
    assert (step.moved, step.task) == (False, task)


def test_a_milestone_finishes_no_phase_that_a_task_was_never_in() -> None:
    step = task_lifecycle.reached(_with_plan("moderate"), "work begun", at=NOON, actor="a")
    assert step.task.phase == "implementation"
    assert [phase.finished_at for phase in step.task.phases] == [0, 0, 0]


def test_a_landing_brings_a_plan_without_verification_into_no_phase() -> None:
    task = replace(a_task(), phases=(Phase(name="implementation"), Phase(name="release")), phase="")
    step = task_lifecycle.reached(task, "landing", at=NOON, actor="a")
    assert (step.moved, step.task) == (False, task)


def test_completing_counts_as_confirmed_only_where_somebody_has_confirmed_it() -> None:
    completing, _ = task_lifecycle.completing(_planned(), at=NOON, actor="a", summary="")
    assert not completing.confirmed
    completing, _ = task_lifecycle.completing(
        _planned(), at=NOON, actor="a", summary="", confirmed=True
    )
    assert completing.confirmed


def test_completing_brings_the_phase_and_saving_alone_does_not() -> None:
    task = _with_plan("simple", "implementation")
    merged, change = task_lifecycle.completing(task, at=NOON, actor="a", summary="")
    assert [event.kind for event in change.events] == ["task.phase-advanced", "task.completing"]
    assert (merged.state, merged.phase) == ("completing", "verification")
    saved, change = task_lifecycle.completing(task, at=NOON, actor="a", summary="", ending="save")
    assert [event.kind for event in change.events] == ["task.completing"]
    assert saved.phase == "implementation"


@pytest.mark.parametrize(("completed", "state"), [(True, "completed"), (False, "closed")])
def test_a_task_that_ends_releases_the_claim_on_its_request(*, completed: bool, state: str) -> None:
    task = _planned()
    ended, change = task_lifecycle.ended(
        task, completed=completed, landed_commit="", at=NOON, actor="a"
    )
    assert (ended.state, ended.phases[0].finished_at) == (state, NOON)
    assert change.releases == {task_lifecycle.claim_of(task): task.id}
    assert [event.kind for event in change.events] == [f"task.{state}"]


def test_a_reopened_task_is_in_the_phase_in_which_it_ended() -> None:
    ended, _ = task_lifecycle.ended(
        _planned(), completed=True, landed_commit="1", at=NOON, actor="a"
    )
    again, _ = task_lifecycle.reopened(ended, at=NOON + 1, actor="a")
    assert (again.state, again.finished_at, again.landed_commit) == ("open", 0, "")
    assert again.phases[0].finished_at == 0


def test_advancing_stops_at_the_last_phase() -> None:
    task, moves = _planned(), list[tuple[bool, str]]()
    for _ in range(3):
        step = task_lifecycle.advanced(task, "", at=NOON, actor="a")
        task = step.task
        moves.append((step.moved, task.phase))
    assert moves == [(True, "design"), (True, "build"), (False, "build")]


def test_advancing_or_ending_does_not_finish_a_phase_that_has_not_started() -> None:
    step = task_lifecycle.advanced(_planned(), "design", at=NOON, actor="a")
    ended, _ = task_lifecycle.ended(
        step.task, completed=True, landed_commit="", at=NOON + 1, actor="a"
    )
    assert [phase.finished_at for phase in step.task.phases] == [NOON, 0, 0]
    assert [phase.finished_at for phase in ended.phases] == [NOON, NOON + 1, 0]


def test_reopening_a_task_makes_only_its_current_phase_unfinished() -> None:
    done = tuple(Phase(name=name, started_at=1, finished_at=2) for name in ("a", "b", "c"))
    task = replace(a_task(), phases=done, phase="b", state="completed")
    again, _ = task_lifecycle.reopened(task, at=NOON, actor="a")
    assert [phase.finished_at for phase in again.phases] == [2, 0, 2]


def test_a_task_that_is_reopened_or_ended_keeps_nothing_of_its_completing() -> None:
    completing, _ = task_lifecycle.completing(
        _planned(), at=NOON, actor="a", summary="", clone="c-1", confirmed=True, chosen=["auth"]
    )
    assert (completing.completing_at, completing.completing_clone) == (NOON, "c-1")
    assert completing.chosen == ("auth",)
    reopened, _ = task_lifecycle.reopened(completing, at=NOON, actor="a")
    ended, _ = task_lifecycle.ended(
        completing, completed=True, landed_commit="", at=NOON, actor="a"
    )
    for task in (reopened, ended):
        assert (task.completing_at, task.completing_clone) == (0, "")
        assert (task.confirmed, task.chosen, task.ending) == (False, (), "")


@pytest.mark.parametrize(
    ("state", "host", "completing_clone"),
    [("completing", "host", "c-1"), ("completing", "", "c-0"), ("open", "host", "c-0")],
)
def test_a_task_that_named_a_host_completes_in_the_clone_that_has_its_chambers(
    state: TaskState, host: str, completing_clone: str
) -> None:
    task = replace(a_task(), state=state, host=host, completing_clone="c-0")
    (event,) = task_lifecycle.claimed(task, clone="c-1", at=NOON, actor="a").events
    assert event.data.task is not None
    assert (event.data.task.clone, event.data.task.host) == ("c-1", "")
    assert event.data.task.completing_clone == completing_clone


@pytest.mark.parametrize("is_over", [True, False])
def test_moving_the_repository_moves_the_request_claims_of_open_tasks_only(
    *, is_over: bool
) -> None:
    task = replace(a_task(), state="completed" if is_over else "open")
    changed, change = task_lifecycle.moved(task, directory="/there", at=NOON, actor="a")
    claims = {} if is_over else {task_lifecycle.claim_of(changed): task.id}
    releases = {} if is_over else {task_lifecycle.claim_of(task): task.id}
    assert (change.claims, change.releases) == (claims, releases)
