"""Growth as SVG: one line per measurement, both axes logarithmic. No dependency, no colours lost.

A growth row's cases are `<what> at <number>`; each `what` becomes a line.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.figures.table import BenchmarkResult

Series = Mapping[str, Sequence[tuple[float, float]]]

_WIDTH, _HEIGHT = 720, 420
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 30, 250, 50
_COLOURS = ("#1f6f8b", "#c2571a", "#4d7c0f", "#7c3aed", "#b91c1c", "#0f766e", "#57534e")
_CASE = re.compile(r"(?P<what>.+) at (?P<size>[\d,]+)(?: \w+)?")


def growth_plots(rows: Iterable[BenchmarkResult]) -> dict[str, str]:
    """Return an SVG for each row whose name begins with `growth`, by a file's name."""
    drawn: dict[str, str] = {}
    for row in rows:
        if row.name.startswith("growth") and row.comparisons:
            series: dict[str, list[tuple[float, float]]] = {}
            for comparison in row.comparisons:
                match = _CASE.fullmatch(comparison.case)
                if match is not None:
                    size = float(match["size"].replace(",", ""))
                    series.setdefault(match["what"], []).append((size, comparison.ours.median))
            unit = row.comparisons[0].unit
            drawn[row.name] = plot(row.name.removeprefix("growth-"), unit, series)
    return drawn


def plot(title: str, unit: str, series: Series) -> str:
    """Return the drawing of `series`: names, each with its points (size, value)."""
    points = [point for line in series.values() for point in line]
    across = _decades([x for x, _ in points])
    up = _decades([y for _, y in points])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
    ]
    for decade in range(across[0], across[1] + 1):
        x = _x(10.0**decade, across)
        parts.append(_rule(x, _TOP, x, _HEIGHT - _BOTTOM))
        parts.append(_text(x, _HEIGHT - _BOTTOM + 18, f"{10**decade:,}", "middle"))
    for decade in range(up[0], up[1] + 1):
        y = _y(10.0**decade, up)
        parts.append(_rule(_LEFT, y, _WIDTH - _RIGHT, y))
        parts.append(_text(_LEFT - 6, y + 4, f"{10.0**decade:g}", "end"))
    parts.append(_text(_LEFT, _TOP - 12, unit, "end"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, title, "middle"))
    ends = _apart({name: _y(line[-1][1], up) for name, line in series.items()})
    for index, (name, line) in enumerate(series.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        path = " ".join(f"{_x(x, across):.1f},{_y(y, up):.1f}" for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{_x(x, across):.1f}" cy="{_y(y, up):.1f}" r="3" fill="{colour}"/>'
            for x, y in line
        ]
        label = f"{name}: {line[-1][1]:,.3g} {unit}"
        parts.append(_text(_WIDTH - _RIGHT + 10, ends[name] + 4, label, "start", colour))
    return "\n".join([*parts, "</svg>", ""])


def _decades(values: Sequence[float]) -> tuple[int, int]:
    logs = [math.log10(value) for value in values if value > 0] or [0.0]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    return low, max(high, low + 1)


def _x(value: float, decades: tuple[int, int]) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * _share(value, decades)


def _y(value: float, decades: tuple[int, int]) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * _share(value, decades)


def _share(value: float, decades: tuple[int, int]) -> float:
    low, high = decades
    return (math.log10(max(value, 10.0**low)) - low) / (high - low)


def _apart(wanted: Mapping[str, float], least: float = 15.0) -> dict[str, float]:
    """Return heights near those wanted, at which labels do not overlap."""
    placed: dict[str, float] = {}
    below = -math.inf
    for name, y in sorted(wanted.items(), key=lambda each: each[1]):
        below = max(y, below + least)
        placed[name] = below
    return placed


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#444444") -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escaped}</text>'
