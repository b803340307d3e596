"""Short titles of tasks."""

import pytest

from orchestra_core.wording.titles import task_title


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("Add a login", "Add a login"),
        ("Add a login. Keep the cookie.", "Add a login"),
        ("Add OAuth2 login, v2.1 of it: with PKCE", "Add OAuth2 login, v2.1 of it"),
        ("Fix #12. The parser drops the last line", "Fix #12. The parser drops the last line"),
        ("First line\nsecond line", "First line"),
        (
            "Rework the session handling of the shop so that it survives a restart",
            "Rework the session handling of the shop so that…",
        ),
        ("x" * 60, "x" * 47 + "…"),
        ("", ""),
    ],
)
def test_a_title_is_the_first_sentence_cut_between_words(description: str, title: str) -> None:
    assert task_title(description) == title
