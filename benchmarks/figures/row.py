"""A benchmark and its comparisons: samples of ours and of the other side, their spread, the aim."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

Statistic = Literal["median", "p10", "p90", "p99", "most"]


@dataclass(frozen=True, slots=True)
class SampleBudget:
    """How long to measure: the short form only shows that every benchmark works."""

    short: bool

    def seconds(self, full: float, short: float = 0.3) -> float:
        """Return how many seconds to take samples."""
        return short if self.short else full

    def count(self, full: int, short: int) -> int:
        """Return how many tasks, chambers or events to make."""
        return short if self.short else full


class Spread(Struct, frozen=True, kw_only=True):
    """A summary of samples in five numbers; percentiles are by nearest rank."""

    count: int
    median: float
    p10: float
    p90: float
    p99: float
    most: float


class AimResult(Struct, frozen=True, kw_only=True):
    """An aim as text, the measured value, and whether it was met."""

    aim: str
    value: float
    met: bool


class Comparison(Struct, frozen=True, kw_only=True):
    """One line of the table; `against` is None where nothing is compared with ours."""

    case: str
    unit: str
    ours: Spread
    versus: str = ""
    against: Spread | None = None
    aims: tuple[AimResult, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float:
        """Our median divided by the other's; NaN where there is no other."""
        return ratio(self.ours, self.against, "median")


@dataclass(frozen=True, slots=True)
class Aim:
    """A limit for one statistic of ours, absolute or as a multiple of the other's."""

    limit: float
    of: Statistic = "median"
    absolute: bool = False
    at_least: bool = False

    def judge(self, ours: Spread, against: Spread | None, unit: str) -> AimResult:
        """Return the aim's result for these samples."""
        value = statistic(ours, self.of) if self.absolute else ratio(ours, against, self.of)
        met = value >= self.limit if self.at_least else value <= self.limit
        sign = "≥" if self.at_least else "≤"
        what = "" if self.of == "median" else f"{self.of} "
        bound = f"{self.limit:g} {unit}" if self.absolute else f"{self.limit:g}x"
        return AimResult(aim=f"{what}{sign} {bound}", value=value, met=met)


class CannotMeasure(Exception):  # noqa: N818 - it is an answer, not an error
    """A benchmark cannot be measured on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One row of the table; `meaning` is its sentence in benchmarks/README.md."""

    name: str
    meaning: str
    measure: Callable[[SampleBudget], list[Comparison]]


def spread(samples: Sequence[float]) -> Spread:
    """Return the spread of one sample or more."""
    ordered = sorted(samples)

    def at(share: float) -> float:
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    return Spread(
        count=len(ordered),
        median=at(0.5),
        p10=at(0.1),
        p90=at(0.9),
        p99=at(0.99),
        most=ordered[-1],
    )


def statistic(of: Spread, name: Statistic) -> float:
    """Return one number of a spread."""
    match name:
        case "median":
            return of.median
        case "p10":
            return of.p10
        case "p90":
            return of.p90
        case "p99":
            return of.p99
        case "most":
            return of.most


def ratio(ours: Spread, against: Spread | None, name: Statistic) -> float:
    """Return our statistic divided by the other's; NaN where there is no other."""
    if against is None or not statistic(against, name):
        return math.nan
    return statistic(ours, name) / statistic(against, name)


def comparison(
    case: str,
    unit: str,
    ours: Sequence[float],
    *aims: Aim,
    versus: str = "",
    against: Sequence[float] = (),
    note: str = "",
) -> Comparison:
    """Return one comparison with the results of its aims."""
    mine = spread(ours)
    theirs = spread(against) if against else None
    return Comparison(
        case=case,
        unit=unit,
        ours=mine,
        versus=versus,
        against=theirs,
        aims=tuple(aim.judge(mine, theirs, unit) for aim in aims),
        note=note,
    )
