"""What the operator reads before and after a landing."""

from dataclasses import replace

from orchestra_core.replies.chambers import SavedChamber
from orchestra_core.replies.completion import CompletedTask, FileConflict, PlannedCommit
from orchestra_server.commands.chambers.land import LandingWish
from orchestra_server.commands.chambers.land_lines import done_lines, plan_lines, question

ALL = LandingWish()
PLAN = CompletedTask(
    task_id="add-login-1a2b",
    dry_run=True,
    completed=False,
    already_completed=False,
    state="open",
    base_branch="main",
    landed_commit="",
    commits=[PlannedCommit(chamber="auth", files=["a.py", "b.py"], count=2)],
    merged=["api", "auth"],
    notes=[],
    next_step="",
)
CONFLICT = FileConflict(
    file="app.py", kind="content", between=["api", "auth"], lines="<<<<<<< api\nx"
)


def test_a_plan_names_the_order_and_what_is_committed_first() -> None:
    assert plan_lines(PLAN, ALL) == [
        "Task add-login-1a2b, onto main:",
        "  1. api",
        "  2. auth  commits a.py, b.py",
        "It can land. A hook of yours may still refuse it.",
    ]


def test_what_holds_it_is_said_in_the_tools_words_with_the_option_that_overrides_it() -> None:
    hold = "auth: its worker is still working (Bash pytest)"
    held = replace(PLAN, holds=[hold], notes=[hold])
    assert plan_lines(held, ALL)[3:] == [
        "This holds it:",
        f"  {hold}",
        "Nothing has changed. It lands all the same with --confirm.",
    ]
    assert plan_lines(held, LandingWish(confirm=True))[-1].startswith("It can land.")


def test_conflicts_have_their_lines_and_the_commands_that_resolve_them() -> None:
    plan = replace(PLAN, merged=[], conflicts=[CONFLICT], resolve=["git -C /x merge y"])
    assert plan_lines(plan, ALL)[1:] == [
        "  no chamber would land",
        "Conflicts:",
        "  app.py (content): api and auth",
        "    <<<<<<< api",
        "    x",
        "To resolve them:",
        "  git -C /x merge y",
        "Nothing has changed. It does not land whole; --partial or --only lands a part.",
    ]


def test_the_users_files_and_refusals_are_said() -> None:
    plan = replace(PLAN, blocked=["app.py"], refusals=["no identity"], notes=["no identity", "n"])
    lines = plan_lines(plan, ALL)
    assert "Your uncommitted changes are in the way:" in lines
    assert lines.count("  no identity") == 1
    assert lines[-3:] == ["Also:", "  n", "Nothing has changed. It cannot land now."]


def test_chambers_that_were_not_chosen_are_said_to_stay() -> None:
    plan = replace(PLAN, still_live=["web"], notes=["chamber 'web' was not chosen"])
    assert plan_lines(plan, ALL)[-2] == "Still live: web"
    assert "Also:" not in plan_lines(plan, ALL)


def test_a_landed_task_says_where_its_work_is() -> None:
    save = SavedChamber(chamber="web", ref="refs/orchestra/saved/x", closed_at="", note="")
    done = replace(
        PLAN, completed=True, state="completed", landed_commit="0123456789abcdef", saved=[save]
    )
    assert done_lines(done) == [
        "Task add-login-1a2b is completed.",
        "On main as 0123456789ab: api, auth",
        "Saved:",
        "  web: refs/orchestra/saved/x",
    ]


def test_a_landing_in_part_says_what_stayed() -> None:
    part = replace(PLAN, landed_commit="0123456789abcdef", merged=["auth"], still_live=["api"])
    assert done_lines(part) == [
        "Task add-login-1a2b is open.",
        "On main as 0123456789ab: auth",
        "Still live: api",
    ]


def test_a_landing_that_did_not_happen_says_so() -> None:
    lines = done_lines(replace(PLAN, merged=[], conflicts=[CONFLICT]))
    assert lines[1] == "Nothing has landed."


def test_a_task_that_was_completed_before_says_so_in_the_plan_too() -> None:
    again = replace(PLAN, completed=True, already_completed=True, state="completed")
    assert plan_lines(again, ALL)[0] == "Task add-login-1a2b was completed before."


def test_the_question_names_the_chambers_and_the_branch() -> None:
    assert question(PLAN) == "Land api, auth on main?"
    assert question(replace(PLAN, merged=[])) == "No work would land. Complete the task?"
