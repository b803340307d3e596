"""What the operator reads before a landing."""

from dataclasses import replace

from orchestra_core.wording.gates import GATES_FIRST
from orchestra_server.operator_commands.chambers.land_lines import plan_lines, question
from orchestra_server.operator_commands.chambers.run_land import LandingWish
from tests.support.samples.tool_answers import LANDING_CONFLICT as CONFLICT
from tests.support.samples.tool_answers import LANDING_PLAN as PLAN

ALL = LandingWish()


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
        "It needs your confirmation:",
        f"  {hold}",
        "Nothing has changed. It lands with --confirm.",
    ]
    assert plan_lines(held, LandingWish(confirm=True))[-1].startswith("It can land.")


def test_what_the_gates_have_not_judged_lands_only_if_they_pass() -> None:
    unjudged = replace(PLAN, notes=[f"{GATES_FIRST}, which have not judged exactly this work"])
    assert plan_lines(unjudged, ALL)[-1] == (
        "It can land if its gates pass. A hook of yours may still refuse it."
    )


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
        "Nothing has changed. It cannot land as a whole; --partial or --only lands a part.",
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


def test_a_task_that_was_completed_before_says_so_in_the_plan_too() -> None:
    again = replace(PLAN, completed=True, already_completed=True, state="completed")
    assert plan_lines(again, ALL)[0] == "Task add-login-1a2b was completed before."


def test_the_question_names_the_chambers_and_the_branch() -> None:
    assert question(PLAN) == "Land api, auth on main?"
    assert question(replace(PLAN, merged=[])) == "No work would land. Complete the task?"
