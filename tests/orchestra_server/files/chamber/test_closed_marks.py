import json
import os
from pathlib import Path

import pytest

from orchestra_server.files.chamber.closed_marks import mark_closed, unmark_restored
from orchestra_server.files.hook_setup.hook_settings import BINDINGS


@pytest.fixture
def bindings(tmp_path: Path) -> Path:
    (tmp_path / BINDINGS).mkdir(parents=True)
    return tmp_path / BINDINGS


def bind(bindings: Path, agent: str, chamber: str, *, ended: bool = False) -> None:
    fields = {"chamber": chamber, "agent": agent, "ended": ended}
    (bindings / f"{agent}.json").write_text(json.dumps(fields))


def marks(bindings: Path) -> list[str]:
    return sorted(path.stem for path in bindings.glob("*.closed"))


def test_only_subagents_of_the_closed_chamber_that_still_run_are_marked(
    tmp_path: Path, bindings: Path
) -> None:
    bind(bindings, "a", "/auth")
    bind(bindings, "b", "/api")
    bind(bindings, "c", "/auth", ended=True)
    (bindings / "d.json").write_text("{")
    mark_closed(tmp_path, Path("/auth"))
    assert marks(bindings) == ["a"]


def test_restoring_a_chamber_removes_the_marks_of_its_subagents(
    tmp_path: Path, bindings: Path
) -> None:
    for agent, chamber in (("a", "/auth"), ("b", "/api")):
        bind(bindings, agent, chamber)
        mark_closed(tmp_path, Path(chamber))
    unmark_restored(tmp_path, Path("/auth"))
    assert marks(bindings) == ["b"]


def test_a_mark_is_removed_after_a_day(tmp_path: Path, bindings: Path) -> None:
    (bindings / "old.closed").touch()
    os.utime(bindings / "old.closed", (1, 1))
    (bindings / "new.closed").touch()
    mark_closed(tmp_path, Path("/auth"))
    assert marks(bindings) == ["new"]


def test_without_bindings_nothing_is_marked(tmp_path: Path) -> None:
    mark_closed(tmp_path, Path("/auth"))
    unmark_restored(tmp_path, Path("/auth"))
    assert list(tmp_path.iterdir()) == []
