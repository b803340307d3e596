"""Every option with its value and where it is set: in a file, in the environment, or nowhere."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from orchestra_core.configuration.agents import agents_of
from orchestra_core.configuration.configuration import ConfigFile, Configuration
from orchestra_core.configuration.options import OPTIONS, ConfigOption, Value
from orchestra_core.configuration.toml_line_numbers import line_numbers
from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR, Settings
from orchestra_core.store.client.address import masked
from orchestra_tui.key_bindings import KEYS
from orchestra_tui.keymap import written_names
from orchestra_tui.room_options import RoomOptions


class ConfigFileEntry(Struct, frozen=True, kw_only=True):
    """A file that may set options; `exists` says whether it does."""

    path: str
    own: bool
    exists: bool


class OptionEntry(Struct, frozen=True, kw_only=True):
    """An option; `source` is "default", "environment" or "file", `place` the variable or file."""

    name: str
    value: Value
    source: str
    place: str = ""
    line: int = 0


class ConfigDocument(Struct, frozen=True, kw_only=True):
    """Everything that `orchestra config` says."""

    files: tuple[ConfigFileEntry, ...]
    options: tuple[OptionEntry, ...]
    problems: tuple[str, ...]


def config_document(
    configuration: Configuration,
    room: RoomOptions,
    settings: Settings,
    environ: Mapping[str, str] | None = None,
) -> ConfigDocument:
    """Return every option with its value and its source."""
    env = os.environ if environ is None else environ
    return ConfigDocument(
        files=tuple(
            ConfigFileEntry(path=str(file.path), own=file.own, exists=file.text is not None)
            for file in configuration.files
        ),
        options=(
            *(_option(configuration, option, env) for option in OPTIONS),
            *_agents(configuration),
            *_keys(configuration, room),
            *_variables(settings, env),
        ),
        problems=tuple(map(str, room.problems)),
    )


def _option(
    configuration: Configuration, option: ConfigOption, env: Mapping[str, str]
) -> OptionEntry:
    given = env.get(option.variable, "").strip() if option.variable else ""
    if given:  # was checked when the settings were read
        return OptionEntry(
            name=option.name, value=int(given), source="environment", place=option.variable
        )
    file = configuration.source(option.name)
    value = configuration.value(option.name)
    if file is None:
        return OptionEntry(name=option.name, value=value, source="default")
    return _from_file(file, option.name, value)


def _agents(configuration: Configuration) -> list[OptionEntry]:
    entries: list[OptionEntry] = []
    for agent in agents_of(configuration).values():
        for member, value in (("command", agent.command), ("protocol", agent.protocol)):
            name = f"agents.{agent.name}.{member}"
            file = configuration.source(name)
            if file is None:
                entries.append(OptionEntry(name=name, value=value, source="default"))
            else:
                entries.append(_from_file(file, name, value))
    return entries


def _keys(configuration: Configuration, room: RoomOptions) -> list[OptionEntry]:
    own = next((file for file in configuration.files if file.own), None)
    entries: list[OptionEntry] = []
    for key in KEYS:
        name = f"keys.{key.id}"
        value = written_names(room.keymap.get(key.id, key.keys))
        if key.id in room.keymap and own is not None:
            entries.append(_from_file(own, name, value))
        else:
            entries.append(OptionEntry(name=name, value=value, source="default"))
    return entries


def _from_file(file: ConfigFile, name: str, value: Value) -> OptionEntry:
    line = _lines(file.text or "").get(name, 0)
    return OptionEntry(name=name, value=value, source="file", place=str(file.path), line=line)


@cache
def _lines(text: str) -> dict[str, int]:
    return {".".join(path): line for path, line in line_numbers(text).items()}


def _variables(settings: Settings, env: Mapping[str, str]) -> list[OptionEntry]:
    """Return what only the environment sets: where the state is, and the project's id."""
    values = {
        REDIS_URL: masked(settings.redis_url) if settings.redis_url else "",
        STATE_DIR: str(Path(settings.state_dir)),
        PROJECT: settings.project,
    }
    return [
        OptionEntry(
            name=name,
            value=value,
            source="environment" if env.get(name, "").strip() else "default",
            place=name if env.get(name, "").strip() else "",
        )
        for name, value in values.items()
    ]
