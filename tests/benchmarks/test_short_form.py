"""Every row's short form, only to see that it works: its figures mean nothing here."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from benchmarks.rows import ROWS
from benchmarks.table import Run

CHECKOUT = Path(__file__).parents[2]
# Few processes, because importing takes longer than measuring; the first three share one room.
ROOM = ("keys", "event-to-screen", "processor", "memory", "first-paint", "growth-events")
REST = tuple(row.name for row in ROWS if row.name not in ROOM)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("names", [ROOM, REST], ids=["room", "rest"])
def test_every_row_measures_something(names: tuple[str, ...], tmp_path: Path) -> None:
    written = tmp_path / "run.json"
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--short", "--json", written, "--only", *names],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    run = msgspec.json.decode(written.read_bytes(), type=Run)
    assert [row.name for row in run.rows] == list(names)
    for row in run.rows:
        assert row.findings or row.trouble.startswith("not measured")


def test_an_unknown_row_is_named() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "speed"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "no row is called 'speed'; there are keys" in ended.stderr
