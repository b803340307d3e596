"""The line below the board."""

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.landing.land_line import land_line
from tests.support.samples.documents import NOON, a_chamber, a_conflict, a_task

TASK = a_task()


def state_of(*names: str, ready: int, conflict: bool = False) -> IndexedState:
    """Return a task with live chambers, of which the first ones are ready."""
    documents = ProjectState(tasks={TASK.id: TASK})
    for at, name in enumerate(names):
        documents.put(replace(a_chamber(name), state="live", work="committed"))
        if at < ready:
            key = f"{TASK.id}/{name}"
            documents.presence[key] = Presence(chamber_id=key, state="finished", since=NOON)
    if conflict:
        documents.put(a_conflict())
    return IndexedState(documents, clock=lambda: NOON)


def text(state: IndexedState) -> str:
    return "".join(cell.text for cell in land_line(TASK, state, "L"))


def test_the_line_names_what_can_land_what_is_held_why_and_counts_the_rest() -> None:
    state = state_of("auth", "web", "api", ready=2, conflict=True)
    assert text(state) == "L lands web now · held: auth (conflict with database) · 1 not ready yet"


def test_the_line_names_three_of_many() -> None:
    names = ("a1", "a2", "a3", "a4", "a5")
    assert text(state_of(*names, ready=5)) == "L lands a1, a2, a3 and 2 more now"


def test_the_line_says_that_nothing_can_land() -> None:
    assert text(state_of("auth", ready=0)) == "L lands nothing yet · 1 not ready yet"


def test_the_line_names_what_can_land_of_another_task() -> None:
    state = state_of("auth", ready=1)
    other = a_task("other-1a2b", "Write the manual. In French.")
    state.apply(Event(seq=1, at=NOON, kind="task.started", data=EventData(task=other)))
    said = "".join(cell.text for cell in land_line(other, state, "L"))
    assert said == "L lands nothing of “Write the manual” yet · auth can land in another task"


def test_there_is_no_line_without_a_chamber() -> None:
    assert text(state_of(ready=0)) == ""
