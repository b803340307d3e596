"""A review's files as rows of its list."""

from orchestra_tui.presentation.review.file_rows import file_row, file_title, fit_path
from orchestra_tui.presentation.review.review_model import SeenState
from orchestra_tui.presentation.text_fit import line_width
from tests.support.samples.reviews import file_diffs


def row(number: int, width: int, seen: SeenState = "", comments: int = 0) -> str:
    line = file_row(file_diffs()[number], seen, comments, width)
    assert line_width(line) == width
    return "".join(cell.text for cell in line)


def test_a_row_shows_state_path_and_size() -> None:
    assert row(0, 40) == "  new     src/auth/pkce.py         +8 -0"
    assert row(1, 40, "seen") == "✓ changed src/auth/sessions.py     +4 -3"
    assert row(1, 40, "changed", 2) == "~ changed src/auth/sessions.py  ●2 +4 -3"
    assert row(2, 40).startswith("  renamed docs/sign-in.md")
    assert row(3, 40).startswith("  mode    scripts/keys.sh")
    assert row(4, 40).startswith("  deleted src/auth/legacy.py")
    assert row(5, 40).endswith("binary")


def test_a_narrow_row_has_gits_letter_and_the_end_of_the_path() -> None:
    assert row(1, 24).startswith("  M …")
    assert row(1, 24).endswith("sessions.py +4 -3")
    assert fit_path("a/b.py", 8) == "a/b.py  "


def test_the_title_says_all_that_became_of_a_file() -> None:
    titles = [file_title(file) for file in file_diffs()]
    assert titles[2] == "docs/sign-in.md  renamed  +0 -0  from docs/login.md"
    assert titles[3] == "scripts/keys.sh  mode  +0 -0  mode 100644 → 100755"
