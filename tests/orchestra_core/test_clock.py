from orchestra_core.clock import iso_time, iso_time_ms
from tests.support.samples.documents import NOON


def test_a_timestamp_is_formatted_in_utc_to_the_second_or_the_millisecond() -> None:
    assert iso_time(NOON + 789) == "2026-09-21T14:13:20Z"
    assert iso_time_ms(NOON + 789) == "2026-09-21T14:13:20.789Z"


def test_a_zero_timestamp_is_formatted_as_an_empty_string() -> None:
    assert iso_time(0) == ""
    assert iso_time_ms(0) == ""
