"""Which part of an output says what fails."""

from orchestra_server.domain.gates.failing_part import failing_part


def test_a_short_output_is_told_whole() -> None:
    assert failing_part("collected 1\n\nE   assert 1 == 2\n") == "collected 1\nE   assert 1 == 2"
    assert failing_part("") == ""


def test_of_a_long_one_the_telling_lines_and_the_end_are_told() -> None:
    output = ["FAILED test_price.py::test_total", *(f"line {n}" for n in range(200)), "exit 1"]
    told = failing_part("\n".join(output)).splitlines()
    assert (told[0], told[-1]) == (output[0], "exit 1")
    assert len(told) < 45


def test_one_without_lines_is_cut() -> None:
    assert len(failing_part("x" * 100_000)) == 4_000
