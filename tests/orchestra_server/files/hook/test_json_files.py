import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.files.hook.json_files import (
    Json,
    dump,
    file_name_part,
    items_of,
    object_of,
    one_line,
    parse,
    quoted,
    read_file,
    read_json,
    remove,
    text,
    write_json,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_any_value_is_written_as_json_and_parsed_again(value: Json) -> None:
    assert json.loads(dump(value)) == value
    assert parse(dump(value).encode()) == value


@pytest.mark.parametrize("raw", [b"", b"{", b"[1] 2", b"nothing", b"\xff"])
def test_invalid_json_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(raw)


def test_a_value_of_another_type_is_replaced_by_an_empty_one() -> None:
    assert (text("a"), text(7), text(None)) == ("a", "", "")
    assert (object_of({"a": 1}), object_of("a")) == ({"a": 1}, {})
    assert (items_of([1]), items_of({})) == ([1], [])


def test_every_line_of_quoted_text_is_marked_and_cleaned() -> None:
    assert quoted("one\r\ntwo\u202e\x1b[2J") == "> one\n> two[2J"
    assert quoted("") == "> "


def test_a_text_is_reduced_to_one_line_within_the_limit() -> None:
    assert one_line("a\n\tb \x1b[1m c", 6) == "a b [1"


def test_a_file_name_keeps_only_safe_characters() -> None:
    assert file_name_part("a-1/../b é") == "a-1_.._b__"


def test_a_file_is_replaced_as_a_whole_and_read_back(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "a.json")
    write_json(path, {"id": "i1"})
    write_json(path, {"id": "i2"})
    assert read_json(path) == {"id": "i2"}
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["a.json"]


def test_a_missing_an_invalid_and_a_linked_file_read_as_empty(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("{")
    (tmp_path / "list").write_text("[]")
    (tmp_path / "good").write_text("{}")
    (tmp_path / "link").symlink_to(tmp_path / "good")
    for name in ("missing", "broken", "list", "link"):
        assert read_json(str(tmp_path / name)) == {}
    with pytest.raises(OSError, match="link"):
        read_file(str(tmp_path / "link"))


def test_removing_a_missing_file_is_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    remove(str(tmp_path / "a"))
    remove(str(tmp_path / "a"))
    assert list(tmp_path.iterdir()) == []
