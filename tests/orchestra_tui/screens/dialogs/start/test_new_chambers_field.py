"""What the field for new chambers says of what is typed."""

import pytest

from orchestra_tui.screens.dialogs.start.new_chambers_field import meaning_of, split_names


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("", ""),
        ("auth, api", ""),
        ("auth:", ""),
        ("auth:codex api", "Creates auth (codex starts), api"),
        (
            "auth:claude+opencode",
            "Creates auth-claude (claude starts), auth-opencode (opencode starts)",
        ),
    ],
)
def test_the_line_below_says_what_the_names_mean_once_they_name_an_agent(
    typed: str, meaning: str
) -> None:
    assert meaning_of(typed) == meaning


def test_names_are_separated_by_commas_or_spaces() -> None:
    assert split_names(" auth,api  web ,") == ["auth", "api", "web"]
