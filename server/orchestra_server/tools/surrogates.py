"""Replaces lone surrogates in protocol text: JSON can escape them, UTF-8 cannot encode them."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

Arguments = ParamSpec("Arguments")
Reply = TypeVar("Reply")
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
# A JSON escape: a surrogate pair, a lone surrogate, or any other escape, in this order, so that a
# match never starts in the middle of one (RFC 8259, section 7).
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
    """Return a JSON object with replace_surrogates applied to every text in it, keys included."""
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


def without_surrogates(
    method: Callable[Arguments, Awaitable[Reply]],
) -> Callable[Arguments, Awaitable[Reply]]:
    """Replace surrogates in a method's reply (a dataclass): file names can hold any bytes."""

    @wraps(method)
    async def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Reply:
        return cast("Reply", _replace_surrogates_in_reply(await method(*args, **kwargs)))

    return answer


def _replace_surrogates_in_reply(value: Any) -> Any:
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, list | tuple):
        items = cast("list[Any] | tuple[Any, ...]", value)
        return type(items)(_replace_surrogates_in_reply(item) for item in items)
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return {
            _replace_surrogates_in_reply(key): _replace_surrogates_in_reply(item)
            for key, item in pairs
        }
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _replace_surrogates_in_reply(getattr(value, field.name))
            for field in fields(value)
        }
        return replace(value, **changed)
    return value


def replace_surrogates_in_json(line: str) -> str:
    r"""Return a line of JSON with each lone `\ud8xx` escape replaced, for a strict parser."""
    if "\\ud" not in line and "\\uD" not in line:
        return line
    return _ESCAPE.sub(_replace_escape, line)


def _replace_escape(escape: re.Match[str]) -> str:
    return "\\ufffd" if escape["lone"] else escape[0]
