"""What `orchestra config` prints for a person, and the commented file of `--default`."""

import json
import textwrap
from collections.abc import Iterator

from orchestra_core.configuration.agents import KNOWN_AGENTS
from orchestra_core.configuration.options import AGENTS, OPTIONS, SECTIONS, ConfigOption, Value
from orchestra_tui.command_line.commands.configuration.present_options import (
    ConfigDocument,
    OptionEntry,
)
from orchestra_tui.key_bindings import KEYS
from orchestra_tui.keymap import written_names

_COLUMNS = 96
_INTRODUCTION = """\
# The configuration of Orchestra: ~/.config/orchestra/config.toml, or below XDG_CONFIG_HOME.
# Each line shows a default; remove the '#' before a name to change it. 'orchestra config' shows
# the values in use. The environment wins over this file, and this file over the orchestra.toml in
# a repository's main checkout, which may set what is marked "Also in orchestra.toml".
# The daemon reads it when it starts; after a change run 'orchestra down', which stops the daemon.
"""
_AGENTS_NOTE = """\
# Each agent has a section of its own, with its command and the protocol that it speaks: "claude"
# (Claude Code's stream-json) or "acp" (Agent Client Protocol). Known without one: {names}.
#   [agents.mine]
#   command = "my-agent --acp"
#   protocol = "acp"
"""
_KEYS_NOTE = 'A key such as "x", "ctrl+x" or "f5", a list of them, or "none".'


def config_lines(document: ConfigDocument) -> list[str]:
    """Return the files, then each option with its value and where it is set."""
    lines = [f"# {_file_words(file.own)}: {file.path}{'' if file.exists else ' (not there)'}"
             for file in document.files]  # fmt: skip
    written = [f"{entry.name} = {toml(entry.value)}" for entry in document.options]
    width = max(map(len, written), default=0)
    width = min(width, _COLUMNS // 2)
    pairs = zip(written, document.options, strict=True)
    return lines + [f"{text:<{width}}  {_origin(entry)}" for text, entry in pairs]


def default_file() -> str:
    """Return a file that explains every option and changes none."""
    parts = [_INTRODUCTION]
    for section in SECTIONS:
        if section == "keys":
            continue
        parts.append(f"\n[{section}]\n")
        for option in OPTIONS:
            if option.name.startswith(f"{section}."):
                parts += _explained(option)
        if section == AGENTS:
            parts.append(_AGENTS_NOTE.format(names=", ".join(KNOWN_AGENTS)))
    return "".join((*parts, *_key_section()))


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


def _explained(option: ConfigOption) -> Iterator[str]:
    unit = f" ({option.unit})" if option.unit else ""
    choices = f" One of {', '.join(map(toml, option.choices))}." if option.choices else ""
    also = " Also in orchestra.toml." if option.in_repository else ""
    variable = f" The variable {option.variable} wins." if option.variable else ""
    text = f"{option.help}{choices}{also}{variable}"
    for line in textwrap.wrap(text, _COLUMNS):
        yield f"# {line}\n"
    name = option.name.partition(".")[2]
    comment = f"  #{unit}" if unit else ""
    yield f"# {name} = {toml(option.default)}{comment}\n"


def _key_section() -> Iterator[str]:
    yield f"\n[keys]\n# {_KEYS_NOTE}\n"
    for key in KEYS:
        names = written_names(key.keys)
        value = toml(names[0] if len(names) == 1 else names)
        yield f"{f'# {key.id} = {value}':<44}  # {key.help}\n"
