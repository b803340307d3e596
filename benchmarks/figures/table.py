"""The table: for the terminal, and as Markdown for benchmarks/README.md."""

import math
from collections.abc import Iterable, Sequence

from msgspec import Struct

from benchmarks.figures.machine import Machine
from benchmarks.figures.row import Comparison, Spread

TITLES = ("row", "case", "ours", "against", "its figure", "ratio", "aim")
_RIGHT = ("ours", "its figure", "ratio")


class BenchmarkResult(Struct, frozen=True, kw_only=True):
    """What one benchmark measured; `trouble` says why it has no comparisons.

    `commit` is set if it was measured again after the run that it is recorded in.
    """

    name: str
    meaning: str
    comparisons: tuple[Comparison, ...] = ()
    trouble: str = ""
    seconds: float = 0.0
    commit: str = ""


class BenchmarkRun(Struct, frozen=True, kw_only=True):
    """All results of one run, as recorded in JSON; `at` is ISO 8601."""

    version: int = 1
    at: str
    short: bool
    machine: Machine
    rows: tuple[BenchmarkResult, ...]


def lines(rows: Iterable[BenchmarkResult]) -> list[str]:
    """Return the table with aligned columns."""
    cells = [TITLES, *_cells(rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(TITLES))]
    return [
        "  ".join(
            text.rjust(width) if title in _RIGHT else text.ljust(width)
            for text, width, title in zip(line, widths, TITLES, strict=True)
        ).rstrip()
        for line in cells
    ]


def markdown(rows: Iterable[BenchmarkResult]) -> list[str]:
    """Return the table as Markdown."""
    rule = ["---:" if title in _RIGHT else "---" for title in TITLES]
    return [f"| {' | '.join(line)} |" for line in (TITLES, rule, *_cells(rows))]


def _cells(rows: Iterable[BenchmarkResult]) -> list[Sequence[str]]:
    cells: list[Sequence[str]] = []
    for row in rows:
        name = f"{row.name} ({row.commit[:7]})" if row.commit else row.name
        if row.trouble:
            cells.append((name, row.trouble, "", "", "", "", ""))
        for comparison in row.comparisons:
            cells.append((name, *_comparison(comparison)))
            name = ""
    return cells


def _comparison(comparison: Comparison) -> tuple[str, ...]:
    note = f" ({comparison.note})" if comparison.note else ""
    return (
        comparison.case + note,
        figure(comparison.ours, comparison.unit),
        comparison.versus,
        figure(comparison.against, comparison.unit) if comparison.against else "",
        "" if math.isnan(comparison.ratio) else f"{comparison.ratio:.2f}",
        "; ".join(
            f"{'✓' if each.met else '✗'} {each.aim}{'' if each.met else f' ({each.value:.3g})'}"
            for each in comparison.aims
        ),
    )


def figure(spread: Spread, unit: str) -> str:
    """Return `4.2 [3.9-7.1] ms`: the median, and the 10th and the 90th percentile."""
    if spread.count == 1:
        return f"{_number(spread.median)} {unit}"
    tail = f", p99 {_number(spread.p99)}" if spread.count >= 100 else ""  # noqa: PLR2004 - what a 99th percentile takes
    return f"{_number(spread.median)} [{_number(spread.p10)}-{_number(spread.p90)}{tail}] {unit}"


def _number(value: float) -> str:
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2  # noqa: PLR2004 - three figures are enough
    return f"{value:,.{digits}f}"
