"""Spans wrapped into rows, and matches in them."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchestra_tui.presentation.review.spans import with_matches, wrapped

texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Mn", "Me", "Cf"]), max_size=30)


@given(st.lists(texts, max_size=4), st.integers(2, 12))
def test_no_text_is_lost_and_no_row_is_too_wide(parts: list[str], width: int) -> None:
    rows = wrapped([(part, "plain") for part in parts], width)
    assert "".join(text for row in rows for text, _ in row) == "".join(parts)
    assert all(sum(cell_len(text) for text, _ in row) <= width for row in rows)


def test_a_match_is_marked_across_spans_and_leaves_the_text_whole() -> None:
    spans = with_matches([("def ", "keyword"), ("find", "name"), ("(x)", "plain")], "f find(")
    assert spans == [("de", "keyword"), ("f find(", "match"), ("x)", "plain")]


def test_a_query_in_small_letters_finds_any_case_and_one_with_a_capital_only_itself() -> None:
    assert with_matches([("Digest digest", "plain")], "digest") == [
        ("Digest", "match"), (" ", "plain"), ("digest", "match"),
    ]  # fmt: skip
    assert with_matches([("Digest digest", "plain")], "Digest")[0] == ("Digest", "match")
    assert with_matches([("digest", "plain")], "Digest") == [("digest", "plain")]


def test_signs_of_a_pattern_are_only_letters() -> None:
    assert with_matches([("a.b", "plain")], ".") == [
        ("a", "plain"), (".", "match"), ("b", "plain"),
    ]  # fmt: skip
