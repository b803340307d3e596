"""The file of `orchestra config --default`: it explains every option and changes none."""

import textwrap
from collections.abc import Iterator

from orchestra_core.configuration.agents import KNOWN_AGENTS
from orchestra_core.configuration.options import AGENTS, OPTIONS, SECTIONS, ConfigOption
from orchestra_tui.command_line.commands.configuration.config_lines import toml
from orchestra_tui.key_bindings import KEYS
from orchestra_tui.keymap import written_names

_COLUMNS = 96
_INTRODUCTION = """\
# The configuration of Orchestra: ~/.config/orchestra/config.toml, or below XDG_CONFIG_HOME.
# Each line shows a default; remove the '#' before a name to change it. 'orchestra config' shows
# the values in use. The environment wins over this file, and this file over the orchestra.toml in
# a repository's main checkout, which may set what is marked "Also in orchestra.toml".
# The room reads it when it opens; a running daemon or server follows each change.
"""
_AGENTS_NOTE = """\
# Each agent has a section of its own, with its command and the protocol that it speaks: "claude"
# (Claude Code's stream-json) or "acp" (Agent Client Protocol). Known without one: {names}.
#   [agents.mine]
#   command = "my-agent --acp"
#   protocol = "acp"
"""
_KEYS_NOTE = 'A key such as "x", "ctrl+x" or "f5", a list of them, or "none".'


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
