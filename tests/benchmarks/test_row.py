"""Spreads, ratios and aims."""

import math

import pytest

from benchmarks.figures.row import Aim, comparison, spread
from benchmarks.figures.table import BenchmarkResult, lines, markdown


def test_percentiles_use_the_nearest_rank() -> None:
    quartiles = spread([float(number) for number in range(100, 0, -1)])
    assert (quartiles.median, quartiles.p10, quartiles.p90, quartiles.p99, quartiles.most) == (
        50,
        10,
        90,
        99,
        100,
    )


def test_a_single_sample_is_every_percentile() -> None:
    quartiles = spread([3.0])
    assert {quartiles.median, quartiles.p10, quartiles.p99} == {3.0}


@pytest.mark.parametrize(
    ("aim", "words", "met"),
    [
        (Aim(2), "≤ 2x", True),
        (Aim(1.4), "≤ 1.4x", False),
        (Aim(2, at_least=True), "≥ 2x", False),
        (Aim(50, of="p99", absolute=True), "p99 ≤ 50 ms", True),
        (Aim(20, of="p99", absolute=True), "p99 ≤ 20 ms", False),
    ],
)
def test_an_aim_limits_our_value_alone_or_its_ratio_to_the_other(
    aim: Aim, words: str, *, met: bool
) -> None:
    row = comparison("a case", "ms", [30, 30, 30], aim, versus="another", against=[20, 20, 20])
    (verdict,) = row.aims
    assert (verdict.aim, verdict.met) == (words, met)
    assert row.ratio == 1.5


def test_a_row_without_a_reference_has_no_ratio() -> None:
    assert math.isnan(comparison("alone", "ms", [1.0]).ratio)


def test_the_table_shows_by_how_much_an_aim_was_missed() -> None:
    missed = comparison("a case", "ms", [30.0], Aim(1.2), versus="another", against=[20.0])
    row = BenchmarkResult(name="row", meaning="", comparisons=(missed,))
    broken = BenchmarkResult(name="other", meaning="", trouble="not measured: no tmux")
    printed = "\n".join(lines([row, broken]))
    assert "✗ ≤ 1.2x (1.5)" in printed
    assert "not measured: no tmux" in printed
    assert markdown([row])[2].startswith("| row | a case |")
