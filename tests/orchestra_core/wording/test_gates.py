"""The words of gates."""

import pytest
from msgspec.structs import replace

from orchestra_core.wording.gates import (
    FAILS_TOGETHER,
    SETUP_UNTRUSTED,
    fails_together,
    setup_words,
    verdict_words,
    work_of,
)
from tests.support.samples.documents import a_conflict


def test_a_failing_gate_is_distinguished_from_a_git_conflict() -> None:
    assert not fails_together(a_conflict())
    assert fails_together(replace(a_conflict(), kinds=(FAILS_TOGETHER,)))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "the branch itself"),
        (("a",), "the work of a"),
        (("a", "b", "c"), "the work of a, b and c"),
    ],
)
def test_the_work_that_a_gate_judges_is_named(names: tuple[str, ...], words: str) -> None:
    assert work_of(names) == words


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("green", "gates pass"),
        ("red", "fails its gate"),
        ("flaky", "its gate is flaky"),
        ("unjudged", "its gate cannot run"),
        ("untrusted", "its gate is not trusted"),
        ("unreadable", "its gate cannot be read"),
        ("untested", "its gate runs when it lands"),
        ("", ""),
    ],
)
def test_a_verdict_has_its_word(verdict: str, words: str) -> None:
    assert verdict_words(verdict) == words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("", ""),
        ("no network", "setup failed: no network"),
        (SETUP_UNTRUSTED, f"setup has not run: {SETUP_UNTRUSTED}"),
    ],
)
def test_a_setup_that_was_not_trusted_has_not_failed(fault: str, words: str) -> None:
    assert setup_words(fault) == words
