"""The fleet: clients run real hooks, and the daemon takes in what they report."""

from benchmarks import fleet


def test_each_chamber_calls_a_tool_and_all_its_reports_are_taken_in() -> None:
    said = list[str]()
    fleet.measure(2, 0.5, said.append)
    assert "2 chambers" in said[0]
    assert ", 1 tool calls, " in said[0] or ", 2 tool calls, " in said[0]
    assert "processor for a tool call: hooks" in said[0]
