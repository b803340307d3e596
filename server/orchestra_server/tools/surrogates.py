"""Keeps lone surrogates out of the protocol: JSON may spell them, UTF-8 cannot carry them."""

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


def mended(text: str) -> str:
    """Return `text` as valid Unicode: halves that belong together joined, others replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def mended_object(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return a JSON object with every text in it mended, keys included."""
    return {mended(key): _mended_value(item) for key, item in values.items()}


def _mended_value(value: Json) -> Json:
    match value:
        case str():
            return mended(value)
        case dict():
            return mended_object(value)
        case list():
            return [_mended_value(item) for item in value]
        case _:
            return value


def mended_json(line: str) -> str:
    r"""Return a line of JSON with each lone `\ud8xx` escape replaced; a strict parser takes it."""
    if "\\ud" not in line and "\\uD" not in line:
        return line
    return _ESCAPE.sub(_mend_escape, line)


def _mend_escape(found: re.Match[str]) -> str:
    return "\\ufffd" if found["lone"] else found[0]
