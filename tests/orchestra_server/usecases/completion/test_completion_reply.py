import pytest
from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_server.git.merge.merge_tree import MergeConflict
from orchestra_server.usecases.completion.completion_reply import completed, planned, unfinished
from orchestra_server.usecases.completion.dry_run import CompletionPlan
from tests.support.samples.documents import a_chamber, a_task

TASK = replace(a_task(), base_branch="main")
DONE = replace(TASK, state="completed", landed_commit="c0ffee")
AUTH = replace(a_chamber("auth"), state="live")
API = replace(a_chamber("api"), state="live")
CONFLICT = MergeConflict("src/app.py", "content", ("auth", "api"), "")


def plan_reply(plan: CompletionPlan, *holds: str) -> str:
    reply = planned(TASK, [AUTH, API], plan, holds, onto="main", clone="")
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
def test_a_dry_run_says_what_would_block_the_landing(plan: CompletionPlan, says: str) -> None:
    assert says in plan_reply(plan)


def test_the_notes_say_what_needs_a_confirmation() -> None:
    assert "with confirm=true" in plan_reply(CompletionPlan(), "auth is still working")


def test_a_refusal_is_listed_before_any_other_obstacle() -> None:
    plan = CompletionPlan(refusals=("no",), blocked=("README",), conflicts=(CONFLICT,))
    assert "`notes` says why" in plan_reply(plan)


def test_the_commands_for_a_conflict_merge_the_first_chamber_into_the_second() -> None:
    reply = planned(
        TASK, [AUTH, API], CompletionPlan(conflicts=(CONFLICT,)), (), onto="main", clone=""
    )
    assert reply.resolve[0] == f"git -C {API.path} merge {AUTH.branch}"
    assert reply.resolve[1] == "# edit src/app.py there, then:"
    assert reply.still_live == ["auth", "api"]


def test_the_first_fifty_conflicts_are_listed_and_the_rest_is_counted() -> None:
    reply = planned(
        TASK, [AUTH, API], CompletionPlan(conflicts=(CONFLICT,) * 53), (), onto="main", clone=""
    )
    assert len(reply.conflicts) == 50
    assert "3 more conflicts are not shown" in reply.notes


def test_a_long_list_of_files_to_commit_is_cut_and_counted() -> None:
    files = tuple(f"f{number}" for number in range(70))
    reply = planned(
        TASK, [AUTH], CompletionPlan(commits=(("auth", files),)), (), onto="main", clone=""
    )
    [commit] = reply.commits
    assert (len(commit.files), commit.count) == (50, 70)


def test_the_reply_for_a_completed_task_names_its_commit_and_its_saves() -> None:
    with_save = replace(
        API, state="closed", saved_ref="refs/orchestra/saved/x", note="saved under x"
    )
    merged = replace(AUTH, state="closed", note="its work is merged")
    reply = completed(
        DONE, ProjectState(chambers={chamber.id: chamber for chamber in (merged, with_save)})
    )
    assert reply.merged == ["auth"]
    assert [save.chamber for save in reply.saved] == ["api"]
    assert reply.next_step.startswith("The task is completed and its commits are on main.")
    assert "What `saved` names did not land; restore_chamber brings it back" in reply.next_step


def test_the_reply_for_a_task_closed_without_landing_lists_no_merged_chamber() -> None:
    closed = replace(TASK, state="closed")
    reply = completed(closed, ProjectState(), merged=["auth"])
    assert (reply.merged, reply.landed_commit) == ([], "")
    assert "nothing was landed" in reply.next_step


def test_the_reply_for_an_unfinished_completion_says_what_it_waits_for_and_how_long() -> None:
    reply = unfinished(TASK.id, "the pre-commit hook", 21.4)
    assert (reply.completed, reply.state) == (False, "completing")
    assert "has waited for the pre-commit hook for 21 s" in reply.next_step
