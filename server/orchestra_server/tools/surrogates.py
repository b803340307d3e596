"""Replaces lone surrogates in protocol text: JSON can escape them, UTF-8 cannot encode them."""

import re
from collections.abc import Mapping

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
# A JSON escape: a surrogate pair, a surrogate without its other half, or any other escape, in this
# order, so that the scan never starts in the middle of one (RFC 8259, section 7).
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\."
)


def replace_surrogates(text: str) -> str:
    """Return `text` as valid Unicode: surrogate pairs joined, lone surrogates replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def replace_surrogates_in_object(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return a JSON object with every text in it replace_surrogates, keys included."""
    return {
        replace_surrogates(key): _replace_surrogates_in_value(item) for key, item in values.items()
    }


def _replace_surrogates_in_value(value: Json) -> Json:
    match value:
        case str():
            return replace_surrogates(value)
        case dict():
            return replace_surrogates_in_object(value)
        case list():
            return [_replace_surrogates_in_value(item) for item in value]
        case _:
            return value


def replace_surrogates_in_json(line: str) -> str:
    r"""Return a line of JSON with each lone `\ud8xx` escape replaced, for a strict parser."""
    if "\\ud" not in line and "\\uD" not in line:
        return line
    return _ESCAPE.sub(_replace_escape, line)


def _replace_escape(escape: re.Match[str]) -> str:
    return "\\ufffd" if escape["lone"] else escape[0]
