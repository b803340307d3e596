"""`python -m benchmarks`: measures the rows asked for and prints the table; see README.md."""

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import msgspec

from benchmarks.figures.machine import this_machine
from benchmarks.figures.record import record
from benchmarks.figures.row import Benchmark, CannotMeasure, SampleBudget
from benchmarks.figures.table import BenchmarkResult, BenchmarkRun, lines
from benchmarks.rows import ROWS
from orchestra_core.text import one_line
from tests.support.git.repositories import PLAIN_GIT

CHECKOUT = Path(__file__).parents[1]


@dataclass  # argparse writes it through `vars`, which slots do not have
class BenchmarkOptions:
    """What was asked for."""

    short: bool = False
    only: list[str] = field(default_factory=list[str])
    json: Path | None = None
    record: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and answer 1 when a row broke; a missed aim is no failure."""
    options = _options(sys.argv[1:] if arguments is None else arguments)
    os.environ.update(PLAIN_GIT)
    # Ended from outside, it takes its servers, rooms and directories along.
    signal.signal(signal.SIGTERM, _leave)
    rows_by_name = {row.name: row for row in ROWS}
    unknown = [name for name in options.only if name not in rows_by_name]
    if unknown:
        sys.stderr.write(f"no row is called {unknown[0]!r}; there are {', '.join(rows_by_name)}\n")
        return 2
    machine = this_machine(CHECKOUT)
    budget = SampleBudget(short=options.short)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    rows: list[BenchmarkResult] = []
    for name in options.only or rows_by_name:
        rows.append(_measured(rows_by_name[name], budget))
        # Kept after each row: a run that is broken off is not lost.
        run = BenchmarkRun(at=at, short=options.short, machine=machine, rows=tuple(rows))
        if options.json is not None:
            options.json.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1))
        if options.record:
            record(run, CHECKOUT / "benchmarks", whole=not options.only)
    sys.stdout.write("\n".join(lines(rows)) + "\n")
    return 1 if any(row.trouble.startswith("failed") for row in rows) else 0


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _measured(row: Benchmark, budget: SampleBudget) -> BenchmarkResult:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {row.name}\n")
    began = time.perf_counter()
    comparisons, trouble = (), ""
    try:
        comparisons = tuple(row.measure(budget))
    except CannotMeasure as reason:
        trouble = f"not measured: {reason}"
    except Exception as error:  # noqa: BLE001 - one broken row must not take the others along
        traceback.print_exc()
        trouble = f"failed: {_innermost(error)}"
    return BenchmarkResult(
        name=row.name,
        meaning=row.meaning,
        comparisons=comparisons,
        trouble=trouble,
        seconds=round(time.perf_counter() - began, 1),
    )


def _innermost(error: BaseException) -> str:
    """Return what lies under the groups of anyio, in one line."""
    last = traceback.TracebackException.from_exception(error)
    while last.exceptions:
        last = last.exceptions[0]
    return one_line("".join(last.format_exception_only()), 200)


def _options(arguments: Sequence[str]) -> BenchmarkOptions:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few seconds a row, to see it work")
    parser.add_argument("--only", nargs="+", metavar="ROW", default=[], help="these rows alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the run as JSON too")
    parser.add_argument(
        "--record", action="store_true", help="put table, JSON and plots into benchmarks/"
    )
    return parser.parse_args(arguments, namespace=BenchmarkOptions())


if __name__ == "__main__":
    sys.exit(main())
