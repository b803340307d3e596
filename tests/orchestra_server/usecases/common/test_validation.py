from collections.abc import Callable
from typing import get_args

import pytest

from orchestra_core.errors import BadInput
from orchestra_core.models import Level, Requires, Severity
from orchestra_server.usecases.common.validation import (
    AUTO,
    PATTERNS_LIMIT,
    checked_agent_id,
    checked_agent_type,
    checked_level,
    checked_patterns,
    checked_requires,
    checked_severity,
)


def test_each_listed_value_is_accepted() -> None:
    assert [checked_level(level) for level in get_args(Level)] == [*get_args(Level)]
    assert [checked_severity(word) for word in get_args(Severity)] == [*get_args(Severity)]
    assert [checked_requires(word) for word in get_args(Requires)] == [*get_args(Requires)]
    assert checked_level(AUTO) is None


@pytest.mark.parametrize(
    ("check", "name", "allowed"),
    [
        (checked_level, "complexity", (AUTO, *get_args(Level))),
        (checked_severity, "severity", get_args(Severity)),
        (checked_requires, "requires", get_args(Requires)),
    ],
)
@pytest.mark.parametrize("value", ["", "Simple", "no\nsuch", "x" * 1_000])
def test_the_error_for_any_other_value_lists_the_allowed_ones(
    check: Callable[[str], object], name: str, allowed: tuple[str, ...], value: str
) -> None:
    with pytest.raises(BadInput, match=f"^{name} ") as caught:
        check(value)
    line = str(caught.value)
    assert line.endswith(f"is not one of {', '.join(allowed)}")
    assert line.isprintable()
    assert len(line) < 250


@pytest.mark.parametrize("check", [checked_agent_id, checked_agent_type])
def test_an_agent_id_must_be_a_plain_name(check: Callable[[str], str]) -> None:
    for name in ("a", "executor-auth", "A.b_c:1", "x" * 100):
        assert check(name) == name
    for name in ("", "a b", "a/b", "é", "a\n", "x" * 101):
        with pytest.raises(BadInput, match="use 1 to 100 letters, digits"):
            check(name)


def test_patterns_are_cleaned_to_single_lines_without_duplicates() -> None:
    assert checked_patterns(["a\nb", "", "c", "a b", "c"]) == ("a b", "c")


def test_the_error_for_too_many_patterns_gives_their_number() -> None:
    assert len(checked_patterns([str(n) for n in range(PATTERNS_LIMIT)])) == PATTERNS_LIMIT
    with pytest.raises(BadInput, match=f"patterns has {PATTERNS_LIMIT + 1} entries"):
        checked_patterns(["x"] * (PATTERNS_LIMIT + 1))
