"""The texts of the detail area."""

from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.models import Agent, Phase, Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.ages import time_of_day
from orchestra_tui.presentation.details.chamber_details import briefing_lines, chamber_overview
from orchestra_tui.presentation.details.task_and_discovery_details import (
    activity_lines,
    diff_lines,
    discovery_detail,
    task_overview,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.mail_cell import mail_lines
from tests.support.samples import NOON, a_chamber, a_discovery, a_task, an_interrupt

LIVE = replace(a_chamber(), state="live", brief="Build it.\n\n- well")


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(cell.text for cell in line) for line in lines)


def some_state() -> IndexedState:
    return IndexedState(ProjectState(tasks={a_task().id: a_task()}, chambers={LIVE.id: LIVE}))


def test_a_tasks_overview_tells_its_phases_and_who_works_on_it() -> None:
    task = replace(
        a_task(),
        base_branch="main",
        base_commit="1a2b3c4d5e6f",
        reasons=("one file",),
        phase="building",
        phases=(
            Phase(name="design", started_at=NOON, finished_at=NOON + 61_000, by="conductor"),
            Phase(name="building", started_at=NOON + 61_000),
            Phase(name="review"),
        ),
    )
    said = text(task_overview(task, some_state(), NOON + 120_000))
    assert said.startswith("Add a login\n\nstate      ● open  for 2m\n")
    assert "level      simple  one file" in said
    assert "base       main at 1a2b3c4d5e\n" in said
    assert "✓ design               1m01  by conductor" in said
    assert "● building             59s" in said
    assert "○ review" in said
    assert "● auth                 ? hook not verified" in said


def test_a_finished_task_tells_where_it_landed() -> None:
    task = replace(
        a_task(),
        state="completed",
        finished_at=NOON + 60_000,
        landed_commit="0123456789abcdef",
        summary="Login works.",
    )
    said = text(task_overview(task, IndexedState(), NOON + 99_000))
    assert "✓ completed  took 1m00" in said
    assert "landed     0123456789\n" in said
    assert "Summary\nLogin works." in said
    assert said.endswith(empty_panes.CHAMBERS)


def test_a_chambers_overview_tells_where_it_is_and_what_was_recorded_in_it() -> None:
    state = some_state()
    state.documents.put(
        Agent(
            id=f"{a_task().id}/impl",
            task_id=a_task().id,
            agent_id="impl",
            chamber="auth",
            actions=1,
            last_action="wrote tests",
            last_result="12 pass",
            last_at=NOON,
        )
    )
    said = text(chamber_overview(LIVE, state, NOON + 60_000))
    assert "state      ● live  for 1m" in said
    assert "path       /repo/.claude/worktrees/auth" in said
    assert "changes    not measured yet" in said
    assert "impl\nrecorded   1 action  1m ago\nlast       wrote tests\nresult     12 pass" in said


def test_a_chambers_overview_tells_what_its_worker_last_said_and_since_when() -> None:
    state = some_state()
    state.report_presence(
        Presence(chamber_id=LIVE.id, state="finished", since=NOON, message="All done.\n12 pass")
    )
    said = text(chamber_overview(LIVE, state, NOON + 60_000))
    assert f"worker     finished 1m\nsince      {time_of_day(NOON)}\n" in said
    assert "message    All done.\n           12 pass\n" in said


def test_a_suspended_chamber_tells_since_when_by_whom_and_how_it_goes_on() -> None:
    state = some_state()
    state.documents.put(an_interrupt("i7", "Wait for the schema"))
    suspended = replace(LIVE, suspended_at=NOON, suspended_by="i7")
    said = text(chamber_overview(suspended, state, NOON + 60_000))
    assert (
        f"tools      ‖ suspended since {time_of_day(NOON)} by operator: Wait for the schema\n"
        in said
    )
    assert "its tools are blocked; press r to resume" in said


def test_a_chamber_tells_whether_mail_reaches_its_worker_and_why_not() -> None:
    proven = text(chamber_overview(replace(LIVE, ready_at=NOON), some_state(), NOON))
    assert "hook       ✓ ready\n" in proven
    assert "hook       ? hook not verified: it has not answered yet" in text(
        chamber_overview(LIVE, some_state(), NOON)
    )
    broken = replace(LIVE, ready_note="the hook did not answer")
    assert "? hook not verified: the hook did not answer" in text(
        chamber_overview(broken, some_state(), NOON)
    )


def test_mail_that_never_arrived_says_why() -> None:
    lost = replace(
        an_interrupt(), state="expired", ended_at=NOON + 9_000, note="undelivered: it was closed"
    )
    lines, _ = mail_lines([lost], NOON + 10_000)
    assert text(lines).split("\n")[:3] == [
        f"undelivered  review  from operator, 10s ago, at {time_of_day(NOON)}  i1",
        "  expired after 9.0s",
        "  undelivered: it was closed",
    ]


def test_a_closed_chamber_tells_where_its_work_was_saved() -> None:
    closed = replace(
        LIVE, state="closed", ended_at=NOON + 5_000, saved_ref="refs/orchestra/saved/x"
    )
    said = text(chamber_overview(closed, some_state(), NOON + 60_000))
    assert "○ closed  lasted 5s" in said
    assert "saved as   refs/orchestra/saved/x" in said


def test_a_briefing_is_shown_line_by_line() -> None:
    assert text(briefing_lines(LIVE)) == "Build it.\n\n- well"
    assert text(briefing_lines(a_chamber())) == empty_panes.BRIEFING


def test_activity_is_told_newest_first_with_how_long_each_took() -> None:
    reports = [
        Presence(chamber_id=LIVE.id, state="working", tool="Read", detail="a.py", since=NOON),
        Presence(chamber_id=LIVE.id, state="idle", since=NOON + 2_300),
    ]
    lines = activity_lines(reports, NOON + 5_300)
    assert [[cell.text.strip() for cell in line[1:]] for line in lines] == [
        ["3s", "idle", ""],
        ["2.3s", "Read", "a.py"],
    ]
    assert text(activity_lines((), NOON)) == empty_panes.ACTIVITY


def test_a_diff_keeps_its_lines_and_tells_them_apart() -> None:
    lines = diff_lines("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\tb\n c")
    assert [line[0].tone for line in lines] == [
        "strong", "muted", "muted", "accent", "critical", "ok", "plain",
    ]  # fmt: skip
    assert lines[5] == (Cell("+   b", "ok"),)
    assert text(diff_lines("\n")) == empty_panes.DIFF


def test_a_discovery_tells_whom_it_affects() -> None:
    found = replace(a_discovery(), chamber="auth", affects=("api", "db"), impact="Logins fail")
    said = text(discovery_detail(found, NOON + 60_000))
    assert "severity   · info" in said
    assert "found by   implementer  in auth" in said
    assert "affects    api, db" in said
    assert said.endswith("Impact\nLogins fail")
    assert "all chambers of the task" in text(discovery_detail(a_discovery(), NOON))


def test_a_mailbox_tells_of_each_message_how_far_it_came_and_how_long_that_took() -> None:
    acted = replace(
        an_interrupt("i1", "Stop\nand look"),
        state="acted",
        posted_at=NOON + 4,
        delivered_at=NOON + 2_300,
        acted_at=NOON + 12_000,
    )
    lines, moment = mail_lines([acted, replace(an_interrupt("i2"), sent_at=NOON + 9)], NOON + 1_000)
    assert text(lines).split("\n") == [
        f"sent  review  from operator, 0s ago, at {time_of_day(NOON + 9)}  i2",
        "  not posted yet, u cancels it",
        "  Stop and look",
        "",
        f"acted  review  from operator, 1s ago, at {time_of_day(NOON)}  i1",
        "  posted after 4ms, delivered after 2.3s, acted after 12s",
        "  Stop",
        "  and look",
    ]
    assert moment == NOON + 1_009
