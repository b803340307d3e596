"""The drawing of growth."""

from xml.etree import ElementTree as ET

from benchmarks.figures.plot import growth_plots
from benchmarks.figures.row import comparison
from benchmarks.figures.table import BenchmarkResult

SVG = "{http://www.w3.org/2000/svg}"


def test_a_plot_draws_one_line_per_measurement_with_one_point_per_size() -> None:
    comparisons = [
        comparison(f"{what} at {size:,}", "ms", [size / 10])
        for what in ("snapshot", "change <a>")
        for size in (10, 100, 1_000)
    ]
    row = BenchmarkResult(name="growth-chambers", meaning="", comparisons=tuple(comparisons))
    drawn = growth_plots([row, BenchmarkResult(name="status", meaning="")])
    root = ET.fromstring(drawn["growth-chambers"])  # noqa: S314 - made here
    assert len(root.findall(f"{SVG}polyline")) == 2
    assert len(root.findall(f"{SVG}circle")) == 6
    assert any("change <a>: 100 ms" in (text.text or "") for text in root.findall(f"{SVG}text"))
