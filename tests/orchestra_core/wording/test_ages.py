"""Times as people read them, and when such a text is out of date."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.wording.ages import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    age,
    due,
    duration,
    earliest,
    elapsed,
    precise_duration,
    time_of_day,
)

START = 1_700_000_000_000


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (0, "0s"),
        (42 * SECOND + 999, "42s"),
        (MINUTE, "1m"),
        (3 * MINUTE + 12 * SECOND, "3m"),
        (HOUR + 5 * MINUTE, "1h05"),
        (23 * HOUR + 59 * MINUTE, "23h59"),
        (2 * DAY + HOUR, "2d"),
        (-5 * SECOND, "0s"),
    ],
)
def test_an_age_is_shown_in_its_largest_meaningful_unit(passed: int, text: str) -> None:
    assert age(START, START + passed) == text


def test_a_missing_timestamp_has_no_age() -> None:
    assert age(0, START) == ""
    assert elapsed(0, 0, START) == ""
    assert time_of_day(0) == ""
    assert due(0, START) == 0


@pytest.mark.parametrize(
    ("length", "exactly", "to_the_second"),
    [
        (340, "340ms", "0s"),
        (2_340, "2.3s", "2s"),
        (42_000, "42s", "42s"),
        (192_000, "3m12", "3m12"),
        (3_900_000, "1h05", "1h05"),
        (2 * DAY, "2d", "2d"),
    ],
)
def test_a_finished_duration_is_shown_exactly(
    length: int, exactly: str, to_the_second: str
) -> None:
    assert precise_duration(length) == exactly
    assert duration(length) == to_the_second


def test_elapsed_time_advances_until_the_end_and_then_stays() -> None:
    assert elapsed(START, 0, START + 5 * SECOND) == "5s"
    assert elapsed(START, START + 192 * SECOND, START + HOUR) == "3m12"
    assert elapsed(START, START + 192 * SECOND, START + DAY) == "3m12"


@given(st.integers(0, 3 * DAY))
def test_the_text_of_an_age_changes_exactly_when_it_is_due(passed: int) -> None:
    now = START + passed
    moment = due(START, now)
    assert moment > now
    assert age(START, moment - 1) == age(START, now)
    assert age(START, moment) != age(START, now)


def test_an_age_over_a_minute_is_due_at_most_once_a_minute() -> None:
    now = START + 5 * MINUTE
    assert due(START, now) - now == MINUTE


def test_the_earliest_due_time_ignores_zeros() -> None:
    assert earliest(0, 9, 4, 0) == 4
    assert earliest(0, 0) == 0
    assert earliest() == 0
