"""A person's JSON file keeps every byte that was not asked to change."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.errors import BadInput
from orchestra_server.files.json_edit import Json, append, check, put, remove

ODD = """{
    "b": 1.50,   "a": [1e3,
      2 ],
\t"text": "caf\\u00e9 /\\/ \\" , } ]",
    "inner": {"x": {"deep": []}, "y": null}
}
"""

names = st.sampled_from(["a", "b", "ü", 'q"', "orchestration"])
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(names, values, max_size=4)
layouts = st.sampled_from([None, 0, 2, 4, "\t"])


@given(documents, layouts, names, values)
def test_setting_a_value_changes_nothing_else(
    document: dict[str, Json], indent: int | str | None, name: str, value: Json
) -> None:
    text = json.dumps(document, indent=indent)
    assert json.loads(put(text, (name,), value)) == {**document, name: value}


@given(documents, layouts, names)
def test_a_new_member_is_added_last_and_removing_it_restores_the_text(
    document: dict[str, Json], indent: int | str | None, name: str
) -> None:
    document.pop(name, None)
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    changed = put(text, (name,), {"k": [1, {}]})
    assert list(json.loads(changed)) == [*document, name]
    back = remove(changed, (name,))
    assert json.loads(back) == document
    if document:
        assert back == text


@given(st.lists(values, max_size=4), layouts, values)
def test_an_item_is_appended_and_removed(
    items: list[Json], indent: int | str | None, value: Json
) -> None:
    text = json.dumps({"list": items}, indent=indent)
    longer = append(text, ("list",), value)
    assert json.loads(longer) == {"list": [*items, value]}
    for at in reversed(range(len(items) + 1)):
        longer = remove(longer, ("list", at))
    assert json.loads(longer) == {"list": []}


def test_unusual_layout_number_formats_and_escapes_are_kept() -> None:
    changed = put(ODD, ("inner", "x", "new"), 7)
    assert changed == ODD.replace('"deep": []', '"deep": [], "new": 7')
    assert put(ODD, ("b",), 2) == ODD.replace("1.50", "2")
    assert append(ODD, ("a",), 3) == ODD.replace("2 ]", "2,\n      3 ]")


def test_a_new_value_uses_the_files_indentation_and_line_endings() -> None:
    text = '{\r\n\t"a": 1\r\n}\r\n'
    assert put(text, ("b", "c"), [1]) == (
        '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": [\r\n\t\t\t1\r\n\t\t]\r\n\t}\r\n}\r\n'
    )


def test_a_one_line_file_stays_on_one_line() -> None:
    assert put('{"a": {}}', ("a", "b"), {"c": [1]}) == '{"a": {"b": {"c": [1]}}}'


def test_an_empty_file_becomes_indented_json() -> None:
    assert put("{}\n", ("a", "b"), 1) == '{\n  "a": {\n    "b": 1\n  }\n}\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "mine.json line 1 is not JSON"),
        ('{\n  "a": 1,\n}', "mine.json line 3 is not JSON"),
        ('{\n  // no\n  "a": 1}', "mine.json line 2 is not JSON"),
        ("\ufeff{}", "byte order mark"),
        ("[]", "no JSON object"),
        ('{"a": 1, "b": {"x": 1, "x": 2}}', "the key 'x' twice"),
        ("[" * 200_000, "nested too deeply"),
    ],
)
def test_invalid_json_is_refused_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(BadInput) as caught:
        check(text, "mine.json")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
