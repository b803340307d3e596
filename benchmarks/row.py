"""What a row of the table is: samples of ours and of the comparison, their spread, and the aim."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

Statistic = Literal["median", "p10", "p90", "p99", "most"]


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to measure: the short form only shows that every row works."""

    short: bool

    def seconds(self, full: float, short: float = 0.3) -> float:
        """Return how long to take samples in the form that was asked for."""
        return short if self.short else full

    def count(self, full: int, short: int) -> int:
        """Return a number of things (tasks, chambers, events) for the form asked for."""
        return short if self.short else full


class Spread(Struct, frozen=True, kw_only=True):
    """Samples in five numbers; percentiles by nearest rank."""

    count: int
    median: float
    p10: float
    p90: float
    p99: float
    most: float


class Verdict(Struct, frozen=True, kw_only=True):
    """An aim in words, and whether it was met."""

    aim: str
    value: float
    met: bool


class Finding(Struct, frozen=True, kw_only=True):
    """One line of the table; `against` is None where ours stands against the clock alone."""

    case: str
    unit: str
    ours: Spread
    versus: str = ""
    against: Spread | None = None
    verdicts: tuple[Verdict, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours by the other's median; NaN without another."""
        return ratio(self.ours, self.against, "median")


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound on one statistic of ours: by itself, or as a multiple of the other's."""

    limit: float
    of: Statistic = "median"
    absolute: bool = False
    at_least: bool = False

    def judge(self, ours: Spread, against: Spread | None, unit: str) -> Verdict:
        """Return whether samples meet it."""
        value = statistic(ours, self.of) if self.absolute else ratio(ours, against, self.of)
        met = value >= self.limit if self.at_least else value <= self.limit
        sign = "≥" if self.at_least else "≤"
        what = "" if self.of == "median" else f"{self.of} "
        bound = f"{self.limit:g} {unit}" if self.absolute else f"{self.limit:g}x"
        return Verdict(aim=f"{what}{sign} {bound}", value=value, met=met)


class NotMeasured(Exception):  # noqa: N818 - it is an answer, not an error
    """A row that cannot be measured here, and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; `meaning` is the sentence that benchmarks/README.md has for it."""

    name: str
    meaning: str
    measure: Callable[[Budget], list[Finding]]


def spread(samples: Sequence[float]) -> Spread:
    """Return the spread of samples, of which there is at least one."""
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
    """Return one of a spread's numbers."""
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
    """Return ours by the other's; NaN without another."""
    if against is None or not statistic(against, name):
        return math.nan
    return statistic(ours, name) / statistic(against, name)


def finding(
    case: str,
    unit: str,
    ours: Sequence[float],
    *aims: Aim,
    versus: str = "",
    against: Sequence[float] = (),
    note: str = "",
) -> Finding:
    """Return the line of one comparison, judged by its aims."""
    mine = spread(ours)
    other = spread(against) if against else None
    return Finding(
        case=case,
        unit=unit,
        ours=mine,
        versus=versus,
        against=other,
        verdicts=tuple(aim.judge(mine, other, unit) for aim in aims),
        note=note,
    )
