"""What the files below `.claude` show of a state."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from orchestra_core.errors import Unavailable
from orchestra_core.models import Phase, Presence, Task
from orchestra_core.state import ProjectState
from orchestra_server.files.projections import NAMES, Fields, write_projections
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_conflict,
    a_discovery,
    a_task,
    an_interrupt,
)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path


def task_in(directory: Path, task_id: str = "add-login-1a2b", **changes: object) -> Task:
    task = msgspec.structs.replace(a_task(task_id), working_directory=str(directory))
    return msgspec.structs.replace(task, **changes)


def state_of(*tasks: Task) -> ProjectState:
    return ProjectState(seq=7, tasks={task.id: task for task in tasks})


def read(directory: Path, name: str) -> list[Fields]:
    content: dict[str, list[Fields]] = json.loads((directory / ".claude" / name).read_text())
    return content["tasks"]


def test_every_projection_is_written_as_valid_json(here: Path) -> None:
    write_projections(here, state_of(task_in(here)))
    for name in NAMES:
        text = (here / ".claude" / name).read_text()
        assert text.startswith('{\n  "note": "Written by Orchestra')
        assert text.endswith("}\n")
        assert json.loads(text)["as_of_event"] == 7


def test_the_mission_holds_request_understanding_and_criteria(here: Path) -> None:
    state = state_of(task_in(here, complexity="complex", reasons=("two parts",)))
    state.put(msgspec.structs.replace(a_chamber(), brief="JWT sign-in"))
    state.put(msgspec.structs.replace(a_discovery(), severity="critical"))
    write_projections(here, state)
    (mission,) = read(here, "MISSION_CONTEXT.json")
    assert mission["request"] == "Add a login"
    assert mission["understanding"] == {
        "complexity": "complex",
        "reasons": ["two parts"],
        "critical_discoveries": ["Tokens expire"],
    }
    assert mission["criteria"] == [{"chamber": "auth", "must_deliver": "JWT sign-in"}]


def test_the_phases_and_the_last_transition_are_written(here: Path) -> None:
    phases = (
        Phase(name="plan", started_at=NOON, finished_at=NOON + 5, by="conductor"),
        Phase(name="build", started_at=NOON + 5, by="conductor"),
        Phase(name="check"),
    )
    write_projections(here, state_of(task_in(here, phases=phases, phase="build")))
    (progress,) = read(here, "PHASE_PROGRESS.json")
    assert progress["phases"] == [
        {
            "name": "plan",
            "started_at": "2026-09-21T14:13:20.000Z",
            "finished_at": "2026-09-21T14:13:20.005Z",
            "by": "conductor",
        },
        {
            "name": "build",
            "started_at": "2026-09-21T14:13:20.005Z",
            "finished_at": None,
            "by": "conductor",
        },
        {"name": "check", "started_at": None, "finished_at": None, "by": None},
    ]
    (workflow,) = read(here, "WORKFLOW_STATE.json")
    assert workflow["current_phase"] == "build"
    assert workflow["finished_phases"] == ["plan"]
    assert workflow["last_transition"] == {
        "to": "build",
        "at": "2026-09-21T14:13:20.005Z",
        "by": "conductor",
    }


def test_live_chambers_are_written_with_their_worker_and_unread_mail(here: Path) -> None:
    state = state_of(task_in(here))
    state.put(msgspec.structs.replace(a_chamber("auth"), state="live"))
    state.put(msgspec.structs.replace(a_chamber("old"), state="closed"))
    state.put(an_interrupt("i1"))
    state.put(msgspec.structs.replace(an_interrupt("i2"), state="acted"))
    state.put(a_conflict())
    working = Presence(chamber_id=a_chamber().id, state="working", tool="Bash", since=NOON)
    state.presence[working.chamber_id] = working
    write_projections(here, state)
    (status,) = read(here, "PARALLEL_STATUS.json")
    (chamber,) = status["chambers"] if isinstance(status["chambers"], list) else []
    assert isinstance(chamber, dict)
    assert chamber["name"] == "auth"
    assert chamber["unread_interrupts"] == ["i1"]
    other = a_conflict().other(a_chamber().id)
    assert chamber["collisions"] == [{"with": other, "files": ["src/app.py"], "file_count": 1}]
    assert chamber["worker"] == {
        "state": "working",
        "tool": "Bash",
        "detail": None,
        "since": "2026-09-21T14:13:20.000Z",
    }


def test_critical_discoveries_are_not_in_the_list_of_the_others(here: Path) -> None:
    state = state_of(task_in(here))
    state.put(a_discovery("d1", "A pattern"))
    state.put(msgspec.structs.replace(a_discovery("d2", "Stop!"), severity="critical"))
    write_projections(here, state)
    text = (here / ".claude" / "DISCOVERIES.json").read_text()
    assert "A pattern" in text
    assert "Stop!" not in text


def test_only_tasks_of_this_directory_and_the_last_finished_ones_are_written(here: Path) -> None:
    done = [task_in(here, f"done-{n}", state="completed", started_at=NOON + n) for n in range(20)]
    elsewhere = task_in(here / "sub", "elsewhere")
    write_projections(here, state_of(*done, elsewhere, task_in(here, "running")))
    shown = [task["task_id"] for task in read(here, "MISSION_CONTEXT.json")]
    assert shown == ["running", "done-19", "done-18", "done-17", "done-16", "done-15"]


def test_a_later_state_replaces_every_file(here: Path) -> None:
    state = state_of(task_in(here))
    write_projections(here, state)
    (here / ".claude" / "MISSION_CONTEXT.json").write_text("scribbled over")
    write_projections(here, replace(state, seq=8, tasks={}))
    assert read(here, "MISSION_CONTEXT.json") == []


def test_a_deleted_directory_is_not_created_again(here: Path) -> None:
    write_projections(here / "gone", state_of(task_in(here / "gone")))
    assert not (here / "gone").exists()


def test_a_file_at_the_folders_path_is_a_one_line_error(here: Path) -> None:
    (here / ".claude").touch()
    with pytest.raises(Unavailable, match="orchestra reconcile"):
        write_projections(here, state_of(task_in(here)))
