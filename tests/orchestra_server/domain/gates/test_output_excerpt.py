"""Which part of an output says what fails."""

import pytest

from orchestra_server.domain.gates.output_excerpt import failure_line, output_excerpt


def test_a_short_output_is_shown_completely() -> None:
    assert output_excerpt("collected 1\n\nE   assert 1 == 2\n") == "collected 1\nE   assert 1 == 2"
    assert output_excerpt("") == ""


def test_of_a_long_output_the_telling_lines_and_the_end_are_shown() -> None:
    output = ["FAILED test_price.py::test_total", *(f"line {n}" for n in range(200)), "exit 1"]
    told = output_excerpt("\n".join(output)).splitlines()
    assert (told[0], told[-1]) == (output[0], "exit 1")
    assert len(told) < 45


def test_a_long_output_without_lines_is_cut() -> None:
    assert len(output_excerpt("x" * 100_000)) == 4_000


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("ERROR: test_bill\n  File 'bill.py'\nAttributeError: no total\n---\nFAILED (errors=1)", 2),
        ("E   assert 1 == 2\nFAILED test_a.py::test_b - assert 1 == 2\n1 failed in 0.10s", 1),
        ("=== RUN TestX\n--- FAIL: TestX (0.00s)\nFAIL\nexit status 1\nFAIL  shop", 1),
        ("src/a.c:3:1: error: no such name\nmake: *** [a.o] Error 1", 0),
        ("requests.exceptions.ConnectionError: refused\nsee the log", 0),
        ("collected 1\nboth are there\n", 1),
    ],
)
def test_the_line_that_names_the_failure_is_chosen_rather_than_the_last(
    output: str, line: int
) -> None:
    assert failure_line(output) == output.splitlines()[line]


def test_an_empty_output_has_no_telling_line() -> None:
    assert failure_line("") == ""


def test_the_first_twenty_telling_lines_and_the_last_twenty_lines_are_told() -> None:
    telling = [f"FAILED test_a.py::test_{number}" for number in range(30)]
    plain = [f"line {number}" for number in range(100)]
    told = output_excerpt("\n".join(telling + plain)).splitlines()
    assert told == [*telling[:20], "…", *plain[-20:]]


def test_without_a_telling_line_before_them_the_last_forty_lines_are_told() -> None:
    lines = [f"line {number}" for number in range(100)]
    assert output_excerpt("\n".join(lines)).splitlines() == lines[-40:]
    late = [*lines[:60], "FAILED test_a.py::test_b", *lines[61:]]
    assert output_excerpt("\n".join(late)).splitlines() == late[-40:]


def test_a_telling_line_just_before_the_last_forty_is_told() -> None:
    lines = ["FAILED test_a.py::test_b", *(f"line {number}" for number in range(40))]
    assert output_excerpt("\n".join(lines)).splitlines() == [lines[0], "…", *lines[-20:]]


def test_of_more_than_four_thousand_characters_the_last_are_told() -> None:
    exact = "a" + "b" * 3_999
    assert output_excerpt(exact) == exact
    assert output_excerpt("a" + exact) == f"…{exact[1:]}"
