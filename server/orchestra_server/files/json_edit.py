"""Changes a person's JSON file and leaves every other byte as it was.

Decoding and encoding a file would lose its indentation, number formats and line ends. So these
functions find the place of a value in the text, and replace only that.
"""

import json
from dataclasses import dataclass

from orchestra_core.errors import BadInput

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Path = tuple[str | int, ...]

_SPACE = " \t\r\n"
_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Member:
    """The positions of an object's member or an array's item, and of the value."""

    key: str | int
    start: int
    value: int
    end: int


def check(text: str, name: str) -> dict[str, Json]:
    """Return the object in `text`; raises BadInput naming `name` and the line of what is wrong.

    A repeated key is refused, because clients differ in which of the two they read.
    """
    if text.startswith("\ufeff"):
        raise BadInput(f"{name} begins with a byte order mark; save it as UTF-8 without one")
    try:
        value: Json = json.loads(text, object_pairs_hook=_no_repeats)
    except json.JSONDecodeError as fault:
        raise BadInput(
            f"{name} line {fault.lineno} is not JSON ({fault.msg}); correct it first "
            "(JSON has no comments and no final comma)"
        ) from fault
    except _RepeatedKeyError as fault:
        raise BadInput(f"{name} has the key {fault.args[0]!r} twice in one object") from fault
    except RecursionError as fault:
        raise BadInput(f"{name} is nested too deeply to be read") from fault
    if not isinstance(value, dict):
        raise BadInput(f"{name} holds no JSON object; it must begin with '{{'")
    return value


def put(text: str, path: Path, value: Json) -> str:
    """Return `text` with `value` at `path`, replacing a member or adding one.

    Missing objects on the path are added; an item of an array must exist.
    """
    at = _skip(text, 0)
    for depth, key in enumerate(path):
        member = _find(text, at, key)
        if member is None:
            for missing in reversed(path[depth + 1 :]):
                value = {str(missing): value}
            return _insert(text, at, depth, f"{json.dumps(str(key), ensure_ascii=False)}: ", value)
        at = member.value
        if depth == len(path) - 1:
            return text[:at] + _dump(text, value, depth + 1) + text[member.end :]
    raise ValueError("an empty path names nothing to put")


def append(text: str, path: Path, value: Json) -> str:
    """Return `text` with `value` as the last item of the array at `path`."""
    return _insert(text, _locate(text, path), len(path), "", value)


def remove(text: str, path: Path) -> str:
    """Return `text` without the member or item at `path` and its comma."""
    container = _locate(text, path[:-1])
    members = _members(text, container)
    index = next(i for i, member in enumerate(members) if member.key == path[-1])
    member = members[index]
    if index > 0:
        return text[: members[index - 1].end] + text[member.end :]
    if len(members) > 1:
        return text[: member.start] + text[members[1].start :]
    return text[: container + 1] + text[_skip(text, member.end) :]


class _RepeatedKeyError(ValueError):
    """A key that occurs twice in one object."""


def _no_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    for key, value in pairs:
        if key in fields:
            raise _RepeatedKeyError(key)
        fields[key] = value
    return fields


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _locate(text: str, path: Path) -> int:
    at = _skip(text, 0)
    for key in path:
        member = _find(text, at, key)
        if member is None:
            raise KeyError(key)
        at = member.value
    return at


def _find(text: str, container: int, key: str | int) -> _Member | None:
    return next((member for member in _members(text, container) if member.key == key), None)


def _members(text: str, container: int) -> list[_Member]:
    """Return the members of the object or array that begins at `container`."""
    is_object = text[container] == "{"
    members: list[_Member] = []
    at = _skip(text, container + 1)
    while text[at] not in "}]":
        start = at
        key: str | int = len(members)
        if is_object:
            key, at = _decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # past the colon
        _, end = _decoder.raw_decode(text, at)
        members.append(_Member(key, start, at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return members


def _insert(text: str, container: int, depth: int, prefix: str, value: Json) -> str:
    members = _members(text, container)
    shown = prefix + _dump(text, value, depth + 1)
    if members:
        last = members[-1]
        if len(members) > 1:
            gap = text[members[-2].end : last.start].partition(",")[2]
        else:
            gap = text[container + 1 : last.start]
            gap = gap if "\n" in gap else " "
        return text[: last.end] + "," + gap + shown + text[last.end :]
    close = _skip(text, container + 1)
    newline, unit = _newline(text), _unit(text)
    inner, outer = newline + unit * (depth + 1), newline + unit * depth
    return text[: container + 1] + inner + shown + outer + text[close:]


def _dump(text: str, value: Json, depth: int) -> str:
    """Return `value` in the file's own style at `depth`."""
    unit = _unit(text)
    if not unit:
        return json.dumps(value, ensure_ascii=False)
    dumped = json.dumps(value, ensure_ascii=False, indent=unit)
    return dumped.replace("\n", _newline(text) + unit * depth)


def _newline(text: str) -> str:
    if "\n" not in text.strip() and text.strip() != "{}":
        return ""
    return "\r\n" if "\r\n" in text else "\n"


def _unit(text: str) -> str:
    """Return the indentation of one level: two spaces for an empty file, "" for a one-line file."""
    if text.strip() == "{}":
        return "  "
    opening = _skip(text, 0)
    first = _skip(text, opening + 1)
    between = text[opening + 1 : first]
    if "\n" not in between:
        return "  " if "\n" in text.strip() else ""
    return between.rpartition("\n")[2] or "  "
