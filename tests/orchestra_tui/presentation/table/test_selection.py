"""A cursor that stays on its key."""

from hypothesis import given
from hypothesis import strategies as st

from orchestra_tui.presentation.table.selection import Selection

KEYS = ["auth", "api", "database", "docs"]


def selection(keys: list[str] = KEYS) -> Selection:
    chosen = Selection(str.casefold)
    chosen.show(keys)
    return chosen


def test_the_cursor_starts_on_the_first_key() -> None:
    assert selection().key == "auth"
    assert selection([]).key == ""


def test_the_cursor_moves_with_its_key() -> None:
    chosen = selection()
    chosen.move_to(2)
    chosen.show(["database", "auth"])
    assert (chosen.cursor, chosen.key) == (0, "database")


def test_the_cursor_keeps_its_position_when_its_key_disappears() -> None:
    chosen = selection()
    chosen.move_to(3)
    chosen.show(["auth", "api"])
    assert chosen.key == "api"


def test_moving_stops_at_both_ends_and_returns_whether_the_cursor_moved() -> None:
    chosen = selection()
    assert not chosen.move_to(-5)
    assert chosen.move_to(99)
    assert chosen.key == "docs"
    assert not selection([]).move_to(1)


def test_a_filter_matches_when_all_its_words_are_found_ignoring_case() -> None:
    chosen = selection()
    chosen.filter(" A  DAT ")
    assert chosen.shown == ["database"]
    chosen.filter("")
    assert (chosen.shown, chosen.key) == (KEYS, "database")


def test_changed_rows_are_matched_again_only_with_a_filter() -> None:
    words = {"a": "one", "b": "two"}
    chosen = Selection(words.__getitem__)
    chosen.show(["a", "b"])
    words["a"] = "two"
    assert not chosen.refresh({"a"})
    chosen.filter("one")
    words["b"] = "one"
    assert chosen.refresh({"b", "unknown"})
    assert chosen.shown == ["b"]
    assert not chosen.refresh({"b"})


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), unique=True), max_size=6),
    st.integers(-2, 8),
    st.sampled_from(["", "a", "b c"]),
)
def test_the_cursor_is_always_on_a_shown_key(orders: list[list[str]], at: int, words: str) -> None:
    chosen = selection()
    for order in orders:
        chosen.show(order)
        chosen.move_to(at)
        chosen.filter(words)
        assert chosen.key == (chosen.shown[chosen.cursor] if chosen.shown else "")
