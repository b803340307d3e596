"""What a worker's `.DISCOVERY` says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.domain.workers.parse_discoveries import (
    COUNT_LIMIT,
    TEXT_LIMIT,
    WrittenDiscovery,
    read_discoveries,
)


@pytest.mark.parametrize(
    ("text", "severity", "fact"),
    [
        ("critical the table has no user id\n", "critical", "the table has no user id"),
        ("Important: use S256 only", "important", "use S256 only"),
        ("info:\n  the tests need Redis\n", "info", "the tests need Redis"),
        ("critical two\nlines\n\nof it\n", "critical", "two\nlines\n\nof it"),
    ],
)
def test_a_discovery_is_a_severity_and_then_the_fact(text: str, severity: str, fact: str) -> None:
    content = read_discoveries(text.encode())
    assert [(discovery.severity, discovery.text) for discovery in content.discoveries] == [
        (severity, fact)
    ]
    assert content.complaint == ""


def test_several_discoveries_stand_in_one_file() -> None:
    content = read_discoveries(b"info a\nmore of a\ncritical b\nimportant: c\n")
    assert content.discoveries == (
        WrittenDiscovery("info", "a\nmore of a"),
        WrittenDiscovery("critical", "b"),
        WrittenDiscovery("important", "c"),
    )


@pytest.mark.parametrize(
    "text", ["", "\n \n", "the table is gone", "urgent: look", "critical", "info:\n"]
)
def test_text_without_a_severity_or_a_fact_is_answered_with_the_form(text: str) -> None:
    content = read_discoveries(text.encode())
    assert content.discoveries == ()
    assert "begin each discovery with info, important or critical" in content.complaint
    assert "\n" not in content.complaint


def test_valid_discoveries_in_a_file_are_taken_although_the_rest_is_not() -> None:
    content = read_discoveries(b"a stray line\ncritical b\n")
    assert content.discoveries == (WrittenDiscovery("critical", "b"),)
    assert content.complaint


def test_a_discovery_that_is_too_long_is_left_out_and_said() -> None:
    content = read_discoveries(f"info a\ninfo {'x' * (TEXT_LIMIT + 1)}\n".encode())
    assert [discovery.text for discovery in content.discoveries] == ["a"]
    assert f"at most {TEXT_LIMIT:,} characters" in content.complaint


def test_too_many_discoveries_are_cut_and_said() -> None:
    content = read_discoveries(b"".join(b"info %d\n" % n for n in range(COUNT_LIMIT + 5)))
    assert len(content.discoveries) == COUNT_LIMIT
    assert f"the first {COUNT_LIMIT} were taken" in content.complaint


def test_escape_sequences_and_bytes_that_are_no_text_are_made_harmless() -> None:
    content = read_discoveries(b"critical \x1b[2Jgone \xff\n")
    assert [discovery.text for discovery in content.discoveries] == ["gone \ufffd"]


@given(st.binary(max_size=400))
def test_no_content_breaks_the_reading(raw: bytes) -> None:
    content = read_discoveries(raw)
    assert "\n" not in content.complaint
    assert content.discoveries or content.complaint


def test_as_much_as_the_limits_allow_is_taken_without_a_complaint() -> None:
    longest = read_discoveries(f"info {'x' * TEXT_LIMIT}\n".encode())
    assert ([len(found.text) for found in longest.discoveries], longest.complaint) == (
        [TEXT_LIMIT],
        "",
    )
    most = read_discoveries(b"".join(b"info %d\n" % n for n in range(COUNT_LIMIT)))
    assert (len(most.discoveries), most.complaint) == (COUNT_LIMIT, "")
