from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.events import Event, EventData, Kind, decode_event, encode_event
from tests.support.samples.documents import NOON, a_conflict, a_task, an_interrupt

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(
    kind=st.sampled_from(get_args(Kind)),
    seq=st.integers(0, 2**53),
    actor=TEXT,
    action=TEXT,
    patterns=st.lists(TEXT, max_size=3),
)
def test_an_event_is_read_back_as_it_was_written(
    kind: Kind, seq: int, actor: str, action: str, patterns: list[str]
) -> None:
    data = EventData(task=a_task(), action=action, patterns=tuple(patterns))
    event = Event(seq=seq, at=NOON, kind=kind, actor=actor, data=data)

    assert decode_event(encode_event(event)) == event


def test_an_event_without_a_number_is_encoded_with_the_prefix_the_script_expects() -> None:
    # scripts/change.lua puts the number behind the opening brace.
    assert encode_event(Event(at=5, kind="task.started")).startswith(b'{"at":5,')


def test_each_kind_of_event_is_a_subject_and_a_verb() -> None:
    for kind in get_args(Kind):
        subject, _, happened = kind.partition(".")
        assert subject in {
            "task", "chamber", "agent", "discovery", "interrupt", "request", "worker", "collision",
            "clone", "program", "checkout", "gate",
        }  # fmt: skip
        assert happened


def test_an_event_gives_its_documents_and_its_position() -> None:
    data = EventData(task=a_task(), interrupt=an_interrupt())
    event = Event(seq=7, at=NOON, kind="interrupt.sent", data=data)

    assert event.data.documents() == (a_task(), an_interrupt())
    assert event.id == "7-0"


def test_a_conflict_is_written_under_the_name_that_stored_histories_have() -> None:
    event = Event(at=NOON, kind="collision.appeared", data=EventData(conflict=a_conflict()))

    assert b'"data":{"collision":{' in encode_event(event)
    assert decode_event(encode_event(event)).data.conflict == a_conflict()


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"at":1,"kind":"task.teleported"}', b"\xff"])
def test_decoding_anything_else_is_an_error(raw: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        decode_event(raw)
