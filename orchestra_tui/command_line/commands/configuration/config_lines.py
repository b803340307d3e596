"""What `orchestra config` prints for a person."""

import json

from orchestra_core.configuration.options import Value
from orchestra_tui.command_line.commands.configuration.present_options import (
    ConfigDocument,
    OptionEntry,
)

_WIDEST = 48  # columns of a name and its value, before where they are set


def config_lines(document: ConfigDocument) -> list[str]:
    """Return the files, then each option with its value and where it is set."""
    lines = [f"# {_file_words(file.own)}: {file.path}{'' if file.exists else ' (not there)'}"
             for file in document.files]  # fmt: skip
    written = [f"{entry.name} = {toml(entry.value)}" for entry in document.options]
    width = max(map(len, written), default=0)
    width = min(width, _WIDEST)
    pairs = zip(written, document.options, strict=True)
    return lines + [f"{text:<{width}}  {_origin(entry)}" for text, entry in pairs]


def toml(value: Value) -> str:
    """Return a value in TOML syntax."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(toml(word) for word in value)}]"


def _file_words(own: bool) -> str:  # noqa: FBT001 - as the file has it
    return "yours" if own else "the repository's"


def _origin(entry: OptionEntry) -> str:
    if entry.source == "file":
        return f"{entry.place}:{entry.line}"
    return entry.place or "default"
