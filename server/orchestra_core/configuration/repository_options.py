"""The options that only a repository's orchestra.toml sets: gates, setup and ports.

They are separate from the table of options because their commands run only after `orchestra trust`
has shown them, and because a gate may have a name of its own (`[gate.lint]`).
"""

import re
from dataclasses import replace

from orchestra_core.configuration.default_limits import MOST_SECONDS
from orchestra_core.configuration.options import ConfigOption

GATE, SETUP, PORTS = "gate", "setup", "ports"
_SECONDS = 600
_FIRST_PORT, _LAST_PORT, _HIGHEST_PORT = 41_000, 41_999, 65_535
_GATE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")

_OPTIONS = {
    option.name: replace(option, in_repository=True)
    for option in (
        ConfigOption("gate.command", "script", "", "What must pass on a tree before it lands."),
        ConfigOption(
            "gate.timeout", "whole", _SECONDS, "After how long it has failed.",
            most=MOST_SECONDS, unit="seconds",
        ),
        ConfigOption("gate.paths", "words", (), "The paths it depends on. Empty: all of them."),
        ConfigOption("setup.command", "script", "", "What prepares a fresh worktree."),
        ConfigOption(
            "setup.timeout", "whole", _SECONDS, "After how long it has failed.",
            most=MOST_SECONDS, unit="seconds",
        ),
        ConfigOption("setup.depends", "words", (), "The files after whose change it runs again."),
        ConfigOption("setup.copy", "words", (), "Ignored paths to copy from the main checkout."),
        ConfigOption("ports.names", "words", (), "The variables that hold a chamber's own ports."),
        ConfigOption(
            "ports.first", "whole", _FIRST_PORT, "The first port.", most=_HIGHEST_PORT, unit="ports"
        ),
        ConfigOption(
            "ports.last", "whole", _LAST_PORT, "The last port.", most=_HIGHEST_PORT, unit="ports"
        ),
    )
}  # fmt: skip
REPOSITORY_NAMES = tuple(_OPTIONS)
REPOSITORY_SECTIONS = (GATE, SETUP, PORTS)


def repository_option(name: str) -> ConfigOption | None:
    """Return the option of a dotted name; `gate.NAME.command` is one like `gate.command`."""
    section, _, rest = name.partition(".")
    gate, dot, key = rest.rpartition(".")
    if section == GATE and dot:
        if not _GATE_NAME.fullmatch(gate):
            return None
        option = _OPTIONS.get(f"{GATE}.{key}")
        return option and replace(option, name=name)
    return _OPTIONS.get(name)
