"""A chamber's texts in the detail area."""

from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.clock import local_day
from orchestra_core.models import Agent, Heartbeat, Presence
from orchestra_core.state import ProjectState
from orchestra_core.wording.ages import time_of_day
from orchestra_core.workers.started_worker import Spent
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.chamber_details import briefing_lines, chamber_overview
from orchestra_tui.presentation.details.task_and_discovery_details import task_overview
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Line
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_clone,
    a_conflict,
    a_day,
    a_question,
    a_started_worker,
    a_task,
    an_interrupt,
)

LIVE = replace(a_chamber(), state="live", brief="Build it.\n\n- well")


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(cell.text for cell in line) for line in lines)


def some_state() -> IndexedState:
    return IndexedState(ProjectState(tasks={a_task().id: a_task()}, chambers={LIVE.id: LIVE}))


def test_the_overview_of_a_live_chamber_says_what_its_setup_said_and_which_ports_are_its_own() -> (
    None
):
    chamber = replace(LIVE, setup_fault="no network", ports=("PORT=20000", "API=20001"))
    said = text(chamber_overview(chamber, some_state(), NOON))
    assert "to fix     setup failed: no network" in said
    assert "ports      PORT=20000 API=20001" in said
    closed = text(chamber_overview(replace(chamber, state="closed"), some_state(), NOON))
    assert "setup" not in closed
    assert "ports" not in closed


def test_the_overview_of_a_chamber_shows_its_place_and_its_records() -> None:
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
    assert said.startswith("auth  ○ idle  for 1m\n")
    assert "task       Add a login" in said
    assert "path       /repo/.claude/worktrees/auth" in said
    assert "changes    not measured yet" in said
    assert "impl\nrecorded   1 action  1m ago\nlast       wrote tests\nresult     12 pass" in said


def test_the_overview_of_a_chamber_shows_the_workers_last_message_and_its_age() -> None:
    state = some_state()
    state.report_presence(
        Presence(chamber_id=LIVE.id, state="finished", since=NOON, message="All done.\n12 pass")
    )
    said = text(chamber_overview(LIVE, state, NOON + 60_000))
    assert said.startswith(f"auth  ○ idle  for 1m\nsince      {time_of_day(NOON)}\n")
    assert "message    All done.\n           12 pass\n" in said


def test_the_overview_of_a_suspended_chamber_shows_since_when_by_whom_and_how_to_resume() -> None:
    state = some_state()
    state.documents.put(an_interrupt("i7", "Wait for the schema"))
    suspended = replace(LIVE, suspended_at=NOON, suspended_by="i7")
    said = text(chamber_overview(suspended, state, NOON + 60_000))
    assert (
        f"tools      ‖ suspended since {time_of_day(NOON)} by operator: Wait for the schema\n"
        in said
    )
    assert "its tools are blocked; press r to resume" in said


def test_the_overview_of_a_chamber_shows_whether_mail_reaches_its_worker() -> None:
    proven = text(chamber_overview(replace(LIVE, ready_at=NOON), some_state(), NOON))
    assert "hook       ✓ ready\n" in proven
    assert "hook       ◌ hook not verified: it has not answered yet" in text(
        chamber_overview(LIVE, some_state(), NOON)
    )
    broken = replace(LIVE, ready_note="the hook did not answer")
    assert "◌ hook not verified: the hook did not answer" in text(
        chamber_overview(broken, some_state(), NOON)
    )


def test_the_overview_of_a_closed_chamber_shows_where_its_work_is_saved() -> None:
    closed = replace(
        LIVE, state="closed", ended_at=NOON + 5_000, saved_ref="refs/orchestra/saved/x"
    )
    said = text(chamber_overview(closed, some_state(), NOON + 60_000))
    assert "○ closed  lasted 5s" in said
    assert "saved as   refs/orchestra/saved/x" in said


def test_a_briefing_is_shown_line_by_line() -> None:
    assert text(briefing_lines(LIVE)) == "Build it.\n\n- well"
    assert text(briefing_lines(a_chamber())) == empty_panes.BRIEFING


def test_the_overview_of_a_chamber_elsewhere_shows_its_clone_and_when_it_was_heard() -> None:
    chamber = replace(a_chamber(), state="live", clone=a_clone().id)
    state = some_state()
    state.documents.put(chamber)
    state.documents.put(a_clone())
    state.load(state.documents)
    state.own_clone = "this clone"
    state.hear_clones({a_clone().id: Heartbeat(at=NOON, holder="h")})
    shown = text(chamber_overview(chamber, state, NOON + 60_000))
    assert "laptop:/repo  last heard 1 min ago" in shown
    state.own_clone = a_clone().id
    assert "laptop:/repo" not in text(chamber_overview(chamber, state, NOON))


def test_the_overview_of_a_chamber_says_what_is_wrong_with_it_and_the_cure() -> None:
    ill = replace(LIVE, health=("hook gone: mend it", "detached: go back"))
    said = text(chamber_overview(ill, some_state(), NOON))
    assert "health     ✚ hook gone: mend it\n           ✚ detached: go back\n" in said


def test_the_overview_shows_all_that_the_worker_asks_and_how_to_answer() -> None:
    state = some_state()
    state.documents.put(a_question())
    said = text(chamber_overview(LIVE, IndexedState(state.documents), NOON + 60_000))
    assert "asks       ◆ AskUserQuestion, 1m ago" in said
    assert "           1 Blue: as the sky" in said
    assert "press enter on its row, or run: orchestra answer r-2" in said


def test_the_overview_of_a_ready_chamber_says_what_holds_it_with_the_lines_of_both_sides() -> None:
    state = some_state()
    ready = replace(LIVE, work="committed")
    for document in (ready, a_conflict()):
        state.documents.put(document)
    state.load(state.documents)
    state.report_presence(Presence(chamber_id=LIVE.id, state="finished", since=NOON))
    sides = ["src/app.py:", "<<<<<<< auth", "a = 1", "=======", "a = 2", ">>>>>>> database"]
    said = text(chamber_overview(ready, state, NOON, sides))
    assert said.startswith("auth  ⊘ held  for 0s\n")
    assert "held by    conflict with database\n" in said
    assert "⚠ conflicts with database: 1 file\n" in said
    assert "  <<<<<<< auth\n  a = 1\n  =======\n  a = 2\n  >>>>>>> database\n" in said


def test_the_overview_of_a_failed_worker_says_what_enter_does_for_it() -> None:
    state = some_state()
    state.report_presence(Presence(chamber_id=LIVE.id, state="failed", since=NOON))
    assert "to do      enter: write to retry" in text(chamber_overview(LIVE, state, NOON))


def test_the_overview_names_the_agent_that_orchestra_runs_and_what_it_has_used() -> None:
    state = some_state()
    used = Spent(turns=2, tokens_in=1_500, dollars=0.25)
    worker = replace(a_started_worker(), state="running").with_turn(used)
    state.documents.put(worker)
    state.documents.put(a_day(local_day(NOON)))
    said = text(chamber_overview(LIVE, state, NOON + 60_000))
    assert "agent      claude, running  for 1m  edits\n" in said
    assert "used       2 turns, 1.5k tokens, $0.25\n" in said
    said = text(task_overview(a_task(), state, NOON))
    assert "used       2 turns" in said
    assert "           today, all tasks: 2 turns, 1.5k tokens, $0.25\n" in said
    state.documents.put(replace(worker, state="ended", reason="failed", last_words="no key"))
    said = text(chamber_overview(LIVE, state, NOON + 60_000))
    assert "agent      claude, failed: no key  for 1m  edits\n" in said
