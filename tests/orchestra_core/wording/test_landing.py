"""What the operator reads after a landing, on the command line and in the room."""

from dataclasses import replace

from orchestra_core.replies.chambers import SavedChamber
from orchestra_core.wording.landing import conflict_lines, landed_lines, outcome
from tests.support.samples.tool_answers import LANDING_CONFLICT as CONFLICT
from tests.support.samples.tool_answers import LANDING_PLAN as PLAN


def test_a_landed_task_says_where_its_work_is() -> None:
    save = SavedChamber(chamber="web", ref="refs/orchestra/saved/x", closed_at="", note="")
    done = replace(
        PLAN,
        completed=True,
        state="completed",
        landed_commit="0123456789abcdef",
        saved=[save],
        used="2 turns, 1.5k tokens, $0.25",
    )
    assert outcome(done).endswith("Its agents have used 2 turns, 1.5k tokens, $0.25.")
    assert landed_lines(done) == [
        "Task add-login-1a2b is completed.",
        "On main as 0123456789ab: api, auth",
        "Its agents have used 2 turns, 1.5k tokens, $0.25.",
        "Saved:",
        "  web: refs/orchestra/saved/x",
    ]


def test_a_landing_in_part_says_what_stayed() -> None:
    part = replace(PLAN, landed_commit="0123456789abcdef", merged=["auth"], still_live=["api"])
    assert landed_lines(part) == [
        "Task add-login-1a2b is open.",
        "On main as 0123456789ab: auth",
        "Still live: api",
    ]


def test_the_branch_that_a_chamber_conflicts_with_is_called_by_its_name() -> None:
    lines = "<<<<<<< base\nbase\n=======\napi\n>>>>>>> api"
    conflict = replace(CONFLICT, between=["base", "api"], lines=lines)
    head, *shown = conflict_lines(replace(PLAN, merged=[], conflicts=[conflict]))[1:6]
    assert head.endswith(": main and api")
    assert [line.strip() for line in shown] == ["<<<<<<< main", "base", "=======", "api"]


def test_a_landing_that_did_not_happen_says_so() -> None:
    lines = landed_lines(replace(PLAN, merged=[], conflicts=[CONFLICT]))
    assert lines[1] == "Nothing has landed."


def test_one_line_says_what_has_landed_where_and_what_became_of_the_task() -> None:
    done = replace(PLAN, completed=True, state="completed", landed_commit="0123456789abcdef")
    assert outcome(done) == ("api, auth: landed on main as 0123456789ab. The task is completed.")
    part = replace(PLAN, merged=["auth"], landed_commit="0123456789abcdef")
    assert outcome(part) == "auth: landed on main as 0123456789ab. The task is open."
    nothing = replace(PLAN, merged=[], conflicts=[CONFLICT])
    assert outcome(nothing) == "Nothing has landed. The task is open."
    again = replace(PLAN, merged=[], completed=True, already_completed=True, state="closed")
    assert outcome(again) == "Nothing has landed. The task was closed before."
