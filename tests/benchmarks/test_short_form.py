"""Every row's short form, only to see that it works: its figures mean nothing here."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from benchmarks.figures.table import BenchmarkRun
from benchmarks.rows import ROWS

CHECKOUT = Path(__file__).parents[2]
ALL = tuple(row.name for row in ROWS)
# A sample keeps the suite short; ORCHESTRA_PROOFS=full runs every row's short form.
SAMPLE = ("first-paint", "change", "status")
NAMES = ALL if os.environ.get("ORCHESTRA_PROOFS") == "full" else SAMPLE


@pytest.mark.timeout(600)
def test_each_row_returns_measurements_in_its_short_form(tmp_path: Path) -> None:
    written = tmp_path / "run.json"
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--short", "--json", written, "--only", *NAMES],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    run = msgspec.json.decode(written.read_bytes(), type=BenchmarkRun)
    assert [row.name for row in run.rows] == [name for name in ALL if name in NAMES]
    for row in run.rows:
        assert row.comparisons or row.trouble.startswith("not measured")


def test_an_unknown_row_is_named_in_the_error() -> None:
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
