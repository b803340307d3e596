"""The drawing of growth."""

from xml.etree import ElementTree as ET

from benchmarks.plot import growth_plots
from benchmarks.row import finding
from benchmarks.table import Measured

SVG = "{http://www.w3.org/2000/svg}"


def test_a_plot_draws_one_line_per_measurement_with_one_point_per_size() -> None:
    findings = [
        finding(f"{what} at {size:,}", "ms", [size / 10])
        for what in ("snapshot", "change <a>")
        for size in (10, 100, 1_000)
    ]
    row = Measured(name="growth-chambers", meaning="", findings=tuple(findings))
    drawn = growth_plots([row, Measured(name="status", meaning="")])
    root = ET.fromstring(drawn["growth-chambers"])  # noqa: S314 - made here
    assert len(root.findall(f"{SVG}polyline")) == 2
    assert len(root.findall(f"{SVG}circle")) == 6
    assert any("change <a>: 100 ms" in (text.text or "") for text in root.findall(f"{SVG}text"))
