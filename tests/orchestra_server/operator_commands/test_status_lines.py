"""What `orchestra status` prints for a person."""

from pathlib import Path

from msgspec.structs import replace

from orchestra_core.clock import local_day
from orchestra_core.models import Heartbeat, Presence
from orchestra_core.project import Project
from orchestra_core.state import ProjectState, UnreadableDocument
from orchestra_core.workers.started_worker import Spent
from orchestra_server.operator_commands.status_document import status_document
from orchestra_server.operator_commands.status_lines import status_lines
from tests.support.samples.documents import (
    NOON,
    a_busy_project,
    a_chamber,
    a_clone,
    a_conflict,
    a_day,
    a_question,
    a_request,
    a_started_worker,
    a_task,
)

PROJECT = Project("shop-1a2b3c4d", Path("/repo"), Path("/repo/.git"))


def test_the_status_of_an_empty_project_says_what_to_do() -> None:
    lines = status_lines(status_document(PROJECT, ProjectState()), NOON)
    assert lines[0] == "shop-1a2b3c4d  /repo"
    assert "press n" in lines[1]


def test_an_open_task_shows_its_chambers_workers_and_unread_mail() -> None:
    lines = status_lines(status_document(PROJECT, a_busy_project()), NOON + 65_000)
    assert lines[1:] == [
        "● 1 working",
        "",
        "● add-login-1a2b  open, phase build, 1m",
        "  Add a login",
        "  ● auth  working  1m  Edit src/auth.py  ✉ 1 unread by its worker",
        "  ✗ web   failed  disk full",
        "  1 closed",
    ]


def test_a_chamber_shows_what_keeps_its_worker_from_working_or_reading_mail() -> None:
    state = ProjectState()
    state.put(a_task())
    state.put(replace(a_chamber("auth"), state="live", suspended_at=NOON, ready_at=NOON))
    state.put(replace(a_chamber("web"), state="live", created_at=NOON + 1))
    lines = status_lines(status_document(PROJECT, state), NOON + 65_000)
    assert lines[5:] == [
        "  ○ auth  idle  1m  no worker yet  ‖ suspended 1m",
        "  ○ web   idle  1m  no worker yet  ◌ hook not verified",
    ]


def test_a_chamber_is_ready_only_with_a_green_verdict() -> None:
    state = ProjectState()
    state.put(a_task())
    for name, verdict in (("auth", "green"), ("web", "red")):
        chamber = replace(
            a_chamber(name), state="live", ready_at=NOON, work="committed", verdict=verdict
        )
        state.put(chamber)
        state.presence[chamber.id] = Presence(
            chamber_id=chamber.id, state="finished", since=NOON, message="Done"
        )
    lines = status_lines(status_document(PROJECT, state), NOON + 65_000)
    assert lines[5:] == [
        "  ✓ auth  can land  1m  Done  gates pass",
        "  ⊘ web   held  1m  fails its gate",
    ]


def test_a_chamber_that_would_not_merge_shows_the_other_side_and_the_files() -> None:
    state = a_busy_project()
    state.put(a_conflict())
    auth, gone = a_conflict().between
    state.put(replace(a_conflict(), id="over", state="clear"))
    document = status_document(PROJECT, state)
    (conflict,) = next(
        chamber for chamber in document.tasks[0].chambers if chamber.name == "auth"
    ).conflicts
    assert auth.endswith("/auth")
    assert (conflict.other, conflict.files) == (gone, ("src/app.py",))
    line = next(line for line in status_lines(document, NOON) if "● auth" in line)
    assert f"⚠ conflicts with {gone.rpartition('/')[2]}" in line


def test_a_finished_task_takes_one_line_and_only_the_newest_are_shown() -> None:
    state = ProjectState()
    for number in range(5):
        state.put(
            replace(
                a_task(f"task-{number}"),
                state="completed",
                summary=f"summary {number}",
                started_at=NOON + number,
                finished_at=NOON + number + 65_000,
            )
        )
    lines = status_lines(status_document(PROJECT, state), NOON)
    assert lines[2] == "✓ task-4  completed in 1m05: summary 4"
    assert lines[-1] == "  and 2 more finished"
    assert len(lines) == 6


def test_a_long_description_is_cut_to_one_line() -> None:
    state = ProjectState()
    state.put(a_task(description="first line\nsecond " + "word " * 100))
    line = status_lines(status_document(PROJECT, state), NOON)[3]
    assert line.startswith("  first line second word")
    assert len(line) <= 102
    assert line.endswith("…")


def test_a_document_that_cannot_be_read_is_named_above_the_others() -> None:
    state = a_busy_project()
    state.unreadable = (UnreadableDocument("orchestra:{p}:tasks", "bad-1", "no `id`"),)
    document = status_document(PROJECT, state)
    assert document.unreadable == ("orchestra:{p}:tasks bad-1: no `id`",)
    lines = status_lines(document, NOON + 65_000)
    assert lines[1] == "! cannot be read: orchestra:{p}:tasks bad-1: no `id`"
    assert lines[4].startswith("● add-login-1a2b  open")


def test_a_worktree_that_the_store_does_not_know_is_named_above_the_tasks() -> None:
    document = status_document(PROJECT, a_busy_project(), orphans=("/repo/.claude/worktrees/web",))
    assert status_lines(document, NOON)[1] == (
        "✚ /repo/.claude/worktrees/web is a chamber that the store does not know; "
        "run orchestra reconcile"
    )


def test_a_chamber_of_another_clone_shows_where_it_is_and_when_that_was_heard() -> None:
    state = ProjectState()
    state.put(a_task())
    state.put(a_clone())
    state.put(replace(a_chamber("auth"), state="live", clone=a_clone().id, ready_at=NOON))

    def line(own_clone: str) -> str:
        now = NOON + 3 * 3_600_000
        return status_lines(status_document(PROJECT, state, own_clone, now), now)[5]

    assert line("this clone") == "  ○ auth  at laptop:/repo, never heard: idle  3h00  no worker yet"
    state.heartbeats[a_clone().id] = Heartbeat(at=NOON, holder="h", serves="mail")
    assert (
        line("this clone")
        == "  ○ auth  at laptop:/repo, last heard 3h00 ago: idle  3h00  no worker yet"
    )
    state.heartbeats[a_clone().id] = Heartbeat(at=NOON + 10_799_000, holder="h", serves="mail")
    assert line("this clone") == "  ○ auth  at laptop:/repo: idle  3h00  no worker yet"
    assert line(a_clone().id) == "  ○ auth  idle  3h00  no worker yet"
    entry = status_document(PROJECT, state, "this clone", NOON).tasks[0].chambers[0].clone
    assert entry is not None
    assert (entry.id, entry.name, entry.is_here) == (a_clone().id, "laptop:/repo", False)


def test_what_is_wrong_with_a_chamber_is_shown_below_it() -> None:
    state = ProjectState()
    state.put(a_task())
    ill = replace(a_chamber("auth"), state="live", ready_at=NOON, health=("hook gone: mend it",))
    state.put(ill)
    document = status_document(PROJECT, state)
    assert status_lines(document, NOON)[5:] == [
        "  ○ auth  idle  0s  no worker yet",
        "    ✚ hook gone: mend it",
    ]
    assert document.tasks[0].chambers[0].health == ill.health


def test_a_chamber_shows_what_its_worker_waits_for_and_how_to_answer() -> None:
    state = a_busy_project()
    state.put(a_request())
    state.put(a_question())
    lines = status_lines(status_document(PROJECT, state), NOON + 65_000)
    assert lines[6:8] == [
        "    ◆ asks for Bash: npm test  (orchestra answer r-1)",
        "    ◆ asks: Which colour? 1 Blue: as the sky 2 Red  (orchestra answer r-2)",
    ]


def test_a_task_shows_what_its_started_workers_have_used() -> None:
    state = a_busy_project()
    spent = Spent(turns=2, tokens_in=1_500, dollars=0.25)
    state.put(a_started_worker().with_turn(spent))
    state.put(a_day(local_day(NOON + 65_000)))
    lines = status_lines(status_document(PROJECT, state), NOON + 65_000)
    assert lines[1] == "used today: 2 turns, 1.5k tokens, $0.25"
    used = "used 2 turns, 1.5k tokens, $0.25"
    assert f"● add-login-1a2b  open, phase build, 1m, {used}" in lines


def test_ready_work_is_said_to_land_or_to_be_held_as_the_room_says_it() -> None:
    state = a_busy_project()
    ended = Presence(chamber_id="add-login-1a2b/auth", state="finished", since=NOON, message="Done")
    state.put(replace(state.chambers["add-login-1a2b/auth"], work="committed"))
    state.presence["add-login-1a2b/auth"] = ended
    lines = status_lines(status_document(PROJECT, state), NOON + 65_000)
    assert lines[1] == "✓ 1 can land"
    assert lines[5].startswith("  ✓ auth  can land  1m  Done")
    state.put(a_conflict())
    lines = status_lines(status_document(PROJECT, state), NOON + 65_000)
    assert lines[1] == "⊘ 1 held"
    assert lines[5].startswith("  ⊘ auth  held  1m  conflict with ")
