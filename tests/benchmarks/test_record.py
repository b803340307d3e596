"""The run that is kept: a whole one takes its place, single rows take that of theirs in it."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.figures.machine import Machine
from benchmarks.figures.record import record
from benchmarks.figures.row import comparison
from benchmarks.figures.table import BenchmarkResult, BenchmarkRun

MACHINE = Machine(
    system="Linux",
    processor="one",
    cores=2,
    memory_gib=4.0,
    load=(0.1, 0.1, 0.1),
    python="3.11",
    git="2.39",
    valkey="9",
    packages={},
    commit="a" * 40,
    changed=False,
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    marks = (
        "<!-- the last table, written by `python -m benchmarks --record` -->",
        "<!-- end of the table -->",
    )
    (tmp_path / "README.md").write_text("Before\n{}\n{}\nBehind\n".format(*marks), "utf-8")
    return tmp_path


def a_run(commit: str, **medians: float) -> BenchmarkRun:
    rows = tuple(
        BenchmarkResult(
            name=name, meaning=name, comparisons=(comparison("a case", "ms", [median]),)
        )
        for name, median in medians.items()
    )
    machine = msgspec.structs.replace(MACHINE, commit=commit * 40)
    return BenchmarkRun(at="2026-11-25", short=False, machine=machine, rows=rows)


def kept(directory: Path) -> BenchmarkRun:
    return msgspec.json.decode(
        (directory / "results" / "last.json").read_bytes(), type=BenchmarkRun
    )


def test_measuring_some_rows_replaces_only_those_in_the_record_and_notes_their_commit(
    directory: Path,
) -> None:
    record(a_run("a", keys=1.0, tools=2.0), directory, whole=True)
    record(a_run("b", tools=3.0, radar=4.0), directory, whole=False)
    written_record = kept(directory)
    assert [
        (row.name, row.comparisons[0].ours.median, row.commit[:1]) for row in written_record.rows
    ] == [
        ("keys", 1.0, ""),
        ("tools", 3.0, "b"),
        ("radar", 4.0, "b"),
    ]
    assert written_record.machine.commit == "a" * 40
    text = (directory / "README.md").read_text("utf-8")
    assert "| tools (bbbbbbb) |" in text
    assert "was measured again" in text


def test_a_full_run_replaces_the_recorded_run(directory: Path) -> None:
    record(a_run("a", keys=1.0, tools=2.0), directory, whole=True)
    record(a_run("b", keys=5.0), directory, whole=True)
    assert [(row.name, row.commit) for row in kept(directory).rows] == [("keys", "")]
    text = (directory / "README.md").read_text("utf-8")
    assert text.startswith("Before")
    assert text.endswith("Behind\n")
    assert "was measured again" not in text
