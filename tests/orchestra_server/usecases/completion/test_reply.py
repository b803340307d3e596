import pytest
from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_server.git.merge.merge_tree import Conflict
from orchestra_server.usecases.completion.dry_run import CompletionPlan
from orchestra_server.usecases.completion.reply import completed, planned, unfinished
from tests.support.samples import a_chamber, a_task

TASK = replace(a_task(), base_branch="main")
DONE = replace(TASK, state="completed", landed_commit="c0ffee")
AUTH = replace(a_chamber("auth"), state="live")
API = replace(a_chamber("api"), state="live")
CONFLICT = Conflict("src/app.py", "content", ("auth", "api"), "")


def plan_reply(plan: CompletionPlan, *holds: str) -> str:
    reply = planned(TASK, [AUTH, API], plan, holds, "main")
    assert reply.dry_run
    assert not reply.completed
    assert reply.next_step.startswith("Nothing has changed.")
    return reply.next_step


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (CompletionPlan(refusals=("no",)), "`notes` says why"),
        (CompletionPlan(blocked=("README",)), "in the files of `blocked`"),
        (CompletionPlan(conflicts=(CONFLICT,)), "It would not land whole."),
        (CompletionPlan(unintended=(".env",)), "with confirm=true"),
        (CompletionPlan(merged=("auth", "api")), "it would go through"),
    ],
)
def test_a_dry_run_says_what_would_be_in_the_way(plan: CompletionPlan, says: str) -> None:
    assert says in plan_reply(plan)


def test_what_needs_a_yes_is_said_in_the_notes() -> None:
    assert "with confirm=true" in plan_reply(CompletionPlan(), "auth is still working")


def test_a_refusal_comes_before_any_other_hindrance() -> None:
    plan = CompletionPlan(refusals=("no",), blocked=("README",), conflicts=(CONFLICT,))
    assert "`notes` says why" in plan_reply(plan)


def test_a_conflict_between_chambers_is_resolved_in_the_second_by_a_merge() -> None:
    reply = planned(TASK, [AUTH, API], CompletionPlan(conflicts=(CONFLICT,)), (), "main")
    assert reply.resolve[0] == f"git -C {API.path} merge {AUTH.branch}"
    assert reply.resolve[1] == "# edit src/app.py there, then:"
    assert reply.still_live == ["auth", "api"]


def test_only_the_first_fifty_conflicts_are_shown_and_the_rest_is_counted() -> None:
    reply = planned(TASK, [AUTH, API], CompletionPlan(conflicts=(CONFLICT,) * 53), (), "main")
    assert len(reply.conflicts) == 50
    assert "3 more conflicts are not shown" in reply.notes


def test_a_long_list_of_files_to_commit_is_cut_and_counted() -> None:
    files = tuple(f"f{number}" for number in range(70))
    reply = planned(TASK, [AUTH], CompletionPlan(commits=(("auth", files),)), (), "main")
    [commit] = reply.commits
    assert (len(commit.files), commit.count) == (50, 70)


def test_a_completed_task_names_where_its_work_is_and_what_is_saved() -> None:
    kept = replace(API, state="closed", saved_ref="refs/orchestra/saved/x", note="saved under x")
    merged = replace(AUTH, state="closed", note="its work is merged")
    reply = completed(DONE, ProjectState(chambers={one.id: one for one in (merged, kept)}))
    assert reply.merged == ["auth"]
    assert [one.chamber for one in reply.saved] == ["api"]
    assert reply.next_step.startswith("The task is completed and its work is on main.")
    assert "restore_chamber brings back what is saved" in reply.next_step


def test_a_task_closed_without_landing_has_merged_nothing() -> None:
    closed = replace(TASK, state="closed")
    reply = completed(closed, ProjectState(), merged=["auth"])
    assert (reply.merged, reply.landed_commit) == ([], "")
    assert "nothing was landed" in reply.next_step


def test_an_unfinished_completion_names_what_it_waits_for_and_how_long() -> None:
    reply = unfinished(TASK.id, "the pre-commit hook", 21.4)
    assert (reply.completed, reply.state) == (False, "completing")
    assert "waits for the pre-commit hook, for 21 s so far" in reply.next_step
