"""The texts of tasks, activity, diffs and discoveries in the detail area."""

from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.models import Document, InterruptState, Phase, Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.task_and_discovery_details import (
    activity_lines,
    discovery_detail,
    task_overview,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Line
from tests.support.gallery.scene_states import state_of
from tests.support.samples.documents import NOON, a_chamber, a_discovery, a_task, an_interrupt

LIVE = replace(a_chamber(), state="live", brief="Build it.\n\n- well")


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(cell.text for cell in line) for line in lines)


def some_state() -> IndexedState:
    return IndexedState(ProjectState(tasks={a_task().id: a_task()}, chambers={LIVE.id: LIVE}))


def test_the_overview_of_a_task_shows_its_phases_and_workers() -> None:
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
    assert "branch     main at 1a2b3c4d5e\n" in said
    assert "✓ design               1m01  by conductor" in said
    assert "● building             59s" in said
    assert "○ review" in said
    assert "○ auth                 idle: no worker yet  ◌ hook not verified" in said


def test_the_overview_of_a_finished_task_shows_where_it_landed() -> None:
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


def test_activity_is_listed_newest_first_with_durations() -> None:
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


def test_the_overview_of_a_discovery_shows_whom_it_affects() -> None:
    discovery = replace(a_discovery(), chamber="auth", affects=("api", "db"), impact="Logins fail")
    said = text(discovery_detail(discovery, IndexedState(), NOON + 60_000))
    assert "severity   · info" in said
    assert "found by   implementer  in auth" in said
    assert "affects    api, db" in said
    assert said.endswith("Impact\nLogins fail")
    assert "all chambers of the task" in text(discovery_detail(a_discovery(), IndexedState(), NOON))


def told_critically() -> IndexedState:
    """Return a state in which auth has read of a critical discovery, and web has not."""
    discovery = replace(a_discovery(), severity="critical")
    documents: list[Document] = [a_task(), discovery]
    states: dict[str, InterruptState] = {"auth": "acted", "web": "posted"}
    for name, state in states.items():
        chamber = replace(a_chamber(name), state="live")
        letter = replace(
            an_interrupt(), id=f"i-{name}", chamber=name, state=state, discovery_id=discovery.id
        )
        documents += [chamber, letter]
    return IndexedState(state_of(*documents), clock=lambda: NOON)


def test_a_discovery_says_who_was_told_and_who_has_not_read_it() -> None:
    state = told_critically()
    (discovery,) = state.discoveries.values()
    said = text(discovery_detail(discovery, state, NOON + 3_000))
    assert "told       auth  acted" in said
    assert "told       web  unread  for 3s" in said


def test_a_task_shows_the_words_of_a_critical_message_and_who_has_not_read_it() -> None:
    said = text(task_overview(a_task(), told_critically(), NOON))
    assert "Critical and unread\nStop and look\n  not read by web" in said
    assert "not read" not in text(task_overview(a_task(), IndexedState(), NOON))
