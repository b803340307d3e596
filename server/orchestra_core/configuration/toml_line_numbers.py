"""The line of each key in a TOML file, which `tomllib` does not report."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, cast

_AT_LINE = re.compile(r"at line (\d+)")


def line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """Return the line of each key that has a value, by its path; the text is valid TOML.

    A key's line is the one after the longest valid beginning of the file without the key, so a
    value of several lines counts where it begins.
    """
    lines = text.splitlines(keepends=True)
    lines_of_keys: dict[tuple[str, ...], int] = {}
    valid = 0  # number of lines in the longest valid beginning so far
    for count in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        for path, _ in leaves(document):
            lines_of_keys.setdefault(path, valid + 1)
        valid = count
    return {path: lines_of_keys[path] for path, _ in leaves(tomllib.loads(text))}


def leaves(
    document: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each value that is not a table, with its path; an empty table counts as a value."""
    for key, value in document.items():
        path = (*above, key)
        if isinstance(value, dict) and value:
            yield from leaves(cast("dict[str, Any]", value), path)
        else:
            yield path, value


def line_of_fault(text: str, fault: tomllib.TOMLDecodeError) -> int:
    """Return the line of a syntax error."""
    named = _AT_LINE.search(str(fault))
    return int(named[1]) if named else max(1, len(text.splitlines()))


def words_of_fault(fault: tomllib.TOMLDecodeError) -> str:
    """Return a syntax error's text on one line, without its position."""
    words = str(fault).partition(" (at ")[0]
    return words[:1].lower() + words[1:]
