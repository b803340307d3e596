"""Links that lead out of the repository, and repositories without a submodule's settings."""

import pytest

from orchestra_server.domain.odd_entries import leads_out, odd_entries


@pytest.mark.parametrize(
    ("path", "target", "is_out"),
    [
        ("a", "/etc/passwd", True),
        ("a", "..", True),
        ("a", "../b", True),
        ("d/a", "../../b", True),
        ("d/a", "x/../../../b", True),
        ("a", "b", False),
        ("d/a", "../b", False),
        ("d/e/a", "../../b", False),
        ("a", "..b", False),
        ("a", ".", False),
    ],
)
def test_a_link_leads_out_if_it_is_absolute_or_climbs_above_the_top(
    path: str, target: str, *, is_out: bool
) -> None:
    assert leads_out(path, target) == is_out


def test_each_odd_entry_is_one_phrase_that_says_what_it_is() -> None:
    links = {"up": "../x", "inside": "README.md", "fixed": "/etc/passwd"}
    assert odd_entries(links, ["vendor"]) == (
        "fixed (a link out of the repository, to /etc/passwd)",
        "up (a link out of the repository, to ../x)",
        "vendor (a repository of its own and no submodule: others would get an empty folder)",
    )
