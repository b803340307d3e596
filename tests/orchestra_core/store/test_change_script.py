from typing import cast

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import BadInput
from orchestra_core.events import decode_event, encode_event
from orchestra_core.state import ArchivedTask
from orchestra_core.store.change_script import (
    Call,
    Committed,
    NameTaken,
    Stale,
    new_nonce,
    parse_result,
    prepare,
)
from orchestra_core.store.client.client_protocol import Client
from orchestra_core.store.keys import Keys
from orchestra_core.store.reads import Reads
from tests.support.samples.documents import a_task, starting, task_started

KEYS = Keys("p")
NO_CLIENT: Client = cast("Client", None)  # nothing is read in these tests


def prepared(change: Change, reads: Reads | None = None) -> Call:
    return prepare(change, reads or no_reads(), KEYS)


def no_reads() -> Reads:
    return Reads(NO_CLIENT, KEYS)


def test_a_call_names_every_key_that_the_script_touches() -> None:
    reads = no_reads()
    reads.guards[KEYS.claims, "auth"] = b""
    reads.sizes[KEYS.documents("chambers")] = 3
    keys = prepared(starting(), reads).keys
    assert keys[:3] == (KEYS.sequence, KEYS.stream, KEYS.claims)
    assert {KEYS.documents("chambers"), KEYS.documents("tasks")} <= set(keys)
    assert len(set(keys)) == len(keys)


def test_a_call_names_the_archive_only_where_something_goes_there_or_comes_back() -> None:
    assert KEYS.archive not in prepared(starting()).keys
    archives = (ArchivedTask(task=a_task()),)
    keys = prepared(Change(events=(), archives=archives)).keys
    assert keys[5:7] == (KEYS.archive, KEYS.ended)


def test_empty_lists_at_the_end_are_left_out() -> None:
    assert len(prepared(Change(events=())).arguments) == 3
    released = prepared(Change(events=(), releases={"auth": "t/auth"})).arguments
    assert released[3:] == [0, 0, 0, 0, 0, 1, "auth", "t/auth"]


def test_a_change_with_an_operation_of_its_own_uses_that_key() -> None:
    call = prepared(Change(events=(), operation="op-1"))
    assert call.keys[3] == KEYS.operation("op-1")
    assert prepared(Change(events=())).keys[3] != prepared(Change(events=())).keys[3]


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        (Change(events=()), 0),
        (Change(events=(), claims={"auth": "t/auth"}), 180),
        (starting(), 180),
        (Change(events=(), operation="op-1"), 86_400),
    ],
)
def test_an_operation_is_kept_for_a_day_and_a_generated_one_for_minutes(
    change: Change, seconds: int
) -> None:
    assert prepared(change).arguments[1] == seconds


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(BadInput, match="a lone surrogate"):
        prepared(starting(a_task(description="\ud800")))


def test_events_are_sent_without_their_numbers() -> None:
    change = starting()
    [event] = [part for part in prepared(change).arguments if part == encode_event(task_started())]
    assert decode_event(cast("bytes", event)).seq == 0


def test_a_done_change_has_its_events_numbered_in_order() -> None:
    change = Change(events=(task_started(), task_started()))
    result = parse_result([b"done", 7, 8, 42, 41], change.events)
    assert isinstance(result, Committed)
    assert [(event.seq, event.nonce, event.after) for event in result.events] == [
        (7, 42, 41), (8, 42, 42),
    ]  # fmt: skip


def test_a_repeated_change_returns_the_events_of_the_first() -> None:
    result = parse_result([b"repeated", [encode_event(task_started())]], ())
    assert result == Committed((task_started(),), repeated=True)


def test_a_taken_name_is_returned_with_its_holder() -> None:
    taken = parse_result([b"taken", b"auth", b"t/auth"], ())
    assert taken == NameTaken("auth", "t/auth")


def test_any_other_answer_is_stale() -> None:
    assert parse_result([b"stale"], ()) == Stale()


def test_a_nonce_is_a_positive_number_of_48_bits() -> None:
    assert all(0 < new_nonce() < 2**48 for _ in range(100))
