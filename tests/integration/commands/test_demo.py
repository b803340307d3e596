"""`orchestra demo --headless` is a real orchestration that ends by itself and leaves nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.events import Event, decode_event
from tests.support.stores.valkey import short_directory


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A temporary directory of the demo's own, short enough for a socket below it."""
    with short_directory() as directory:
        yield directory


@pytest.fixture
def played(scratch: Path) -> list[Event]:
    environ = {**os.environ, "TMPDIR": str(scratch), "XDG_RUNTIME_DIR": str(scratch)}
    finished = subprocess.run(
        [sys.executable, "-m", "orchestra_tui.command_line", "demo", "--headless", "--pace=0"],
        capture_output=True,
        timeout=100,
        env=environ,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr.decode()
    assert finished.stderr == b""
    return [decode_event(line) for line in finished.stdout.splitlines()]


def of_kind(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == kind]


def test_a_headless_demo_plays_a_whole_task_and_leaves_nothing_behind(
    played: list[Event], scratch: Path
) -> None:
    assert [event.seq for event in played] == list(range(1, len(played) + 1))
    assert [event.kind for event in played[:2]] == ["clone.appeared", "task.started"]
    assert played[-1].kind == "task.completed"
    assert {event.chamber for event in of_kind(played, "chamber.created")} == {
        "auth",
        "database",
        "api",
    }
    task = played[-1].data.task
    assert task is not None
    assert task.landed_commit

    critical = [
        event.data.discovery
        for event in of_kind(played, "discovery.shared")
        if event.data.discovery and event.data.discovery.severity == "critical"
    ]
    assert len(critical) == 1
    interrupted = {event.chamber for event in of_kind(played, "interrupt.sent")}
    assert interrupted == {"auth", "api", "database"}  # the last by its review
    for stage in ("posted", "delivered", "acted"):
        reached = {event.chamber for event in of_kind(played, f"interrupt.{stage}")}
        assert reached == interrupted, stage
    took_up = [
        event.chamber
        for event in of_kind(played, "agent.acted")
        if event.data.action == "Took up an interrupt"
    ]
    assert sorted(took_up) == ["api", "auth", "database"]

    assert [path for path in scratch.rglob("*") if path.is_socket() or path.is_file()] == []
    assert not any(path.name.startswith("orchestra-demo-") for path in scratch.iterdir())
