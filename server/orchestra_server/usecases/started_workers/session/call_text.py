"""The arguments of a tool call as text for a transcript."""

from collections.abc import Mapping

import msgspec

# What a call is about; it comes first, without its name.
_SUBJECTS = ("command", "file_path", "notebook_path", "pattern", "query", "url", "path")
_PATHS = ("file_path", "notebook_path", "path")


def call_text(arguments: Mapping[str, object], root: str) -> str:
    """Return a call's subject on the first line, and one or more lines for each other argument.

    A file below `root` is named relative to it.
    """
    named = {name: _text(name, value, root) for name, value in arguments.items()}
    subject = next((name for name in _SUBJECTS if named.get(name)), "")
    if not subject and len(named) == 1:
        return next(iter(named.values()))
    lines = [named[subject]] if subject else []
    lines += [_argument(name, text) for name, text in named.items() if name != subject and text]
    return "\n".join(lines)


def _argument(name: str, text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= 1:
        return f"{name}: {text.strip()}"
    return "\n".join((f"{name}:", *(f"    {line}" for line in lines)))


def _text(name: str, value: object, root: str) -> str:
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if name not in _PATHS:
        return value
    return "." if value == root else value.removeprefix(f"{root}/")
