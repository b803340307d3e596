from collections.abc import Callable

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.store.client.redis_request import Answer
from orchestra_core.store.client.reply_parser import (
    as_bytes,
    as_event,
    as_list,
    as_number,
    entry_field,
)


def test_a_reply_of_the_expected_type_is_returned() -> None:
    assert as_bytes(b"x") == b"x"
    assert as_list([b"x", 1]) == [b"x", 1]
    assert entry_field([b"1-0", [b"event", b"{}"]]) == b"{}"


@pytest.mark.parametrize(("answer", "number"), [(7, 7), (b"7", 7), (None, 0)])
def test_a_number_may_be_sent_as_text_and_a_missing_one_is_zero(
    answer: Answer, number: int
) -> None:
    assert as_number(answer) == number


@pytest.mark.parametrize(
    ("read", "answer"),
    [(as_bytes, 1), (as_bytes, None), (as_list, b"x"), (as_number, b"-x"), (as_number, [])],
)
def test_a_reply_of_another_type_is_a_one_line_error(
    read: Callable[[Answer], object], answer: Answer
) -> None:
    with pytest.raises(StoreUnavailable, match="which no command of Orchestra expects"):
        read(answer)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"kind": "no.such"}', b"\xff"])
def test_the_error_for_an_unreadable_event_says_what_to_do(raw: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="holds an event that this version"):
        as_event(raw)
