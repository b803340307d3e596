"""Reads the configuration: environment before the person's file, person's before repository's.

An error in a file never raises: it becomes a problem with its line, and the value counts as unset.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestra_core.configuration.config_files import read_file, repository_file, user_file
from orchestra_core.configuration.options import (
    KEYS,
    OPTIONS,
    SECTIONS,
    ConfigOption,
    Value,
    allowed,
    checked,
    option_named,
    words_of,
)
from orchestra_core.configuration.repository_options import (
    REPOSITORY_NAMES,
    REPOSITORY_SECTIONS,
    repository_option,
)

KeyWish = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """An error in one line of a file; `own` if the file is the person's."""

    file: Path
    line: int
    text: str
    own: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file: its text, and its values by their dotted names."""

    path: Path
    own: bool
    text: str | None = None  # None if there is no file
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    keys: Mapping[str, KeyWish] = field(default_factory=dict[str, KeyWish])
    problems: tuple[ConfigProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files say, the stronger file first; the environment is not in it."""

    files: tuple[ConfigFile, ...] = ()

    @property
    def problems(self) -> tuple[ConfigProblem, ...]:
        """The errors in the files."""
        return tuple(problem for file in self.files for problem in file.problems)

    @property
    def keys(self) -> Mapping[str, KeyWish]:
        """The section `[keys]` of the person's file."""
        return next((file.keys for file in self.files if file.own), dict[str, KeyWish]())

    def value(self, name: str) -> Value:
        """Return the value from the strongest file that sets it, or the default."""
        file = self.source(name)
        if file is not None:
            return file.values[name]
        option = option_named(name)
        return option.default if option else ""

    def source(self, name: str) -> ConfigFile | None:
        """Return the file that sets an option, or None if the default holds."""
        return next((file for file in self.files if name in file.values), None)


def read_configuration(environ: Mapping[str, str], directory: Path | None) -> Configuration:
    """Read the person's file and the file of the repository that `directory` is in."""
    own = user_file(environ)
    repositorys = repository_file(directory) if directory is not None else None
    files = [read_config_file(own, own=True)]
    if repositorys is not None and repositorys != own:
        files.append(read_config_file(repositorys, own=False))
    return Configuration(tuple(files))


def problem_of(configuration: Configuration, name: str, text: str) -> ConfigProblem:
    """Return the problem, with its line, of a value that its user finds wrong."""
    from orchestra_core.configuration.toml_line_numbers import line_numbers  # noqa: PLC0415 - as below

    for file in configuration.files:
        for path, line in line_numbers(file.text or "").items() if file.own else ():
            if ".".join(path) == name:
                return ConfigProblem(file.path, line, text, own=True)
    return ConfigProblem(configuration.files[0].path, 0, text, own=True)


def read_config_file(path: Path, *, own: bool) -> ConfigFile:
    """Read one file: its values and its errors. The file need not exist."""
    try:
        data = read_file(path)
    except OSError as fault:
        problem = ConfigProblem(
            path, 0, f"it cannot be read ({fault.strerror}) and is ignored", own
        )
        return ConfigFile(path, own, problems=(problem,))
    if data is None:
        return ConfigFile(path, own)
    try:
        text = data.decode()
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        problem = ConfigProblem(path, line, "it is not UTF-8; the whole file is ignored", own)
        return ConfigFile(path, own, "", problems=(problem,))
    return read_text(path, text, own=own)


def read_text(path: Path, text: str, *, own: bool) -> ConfigFile:
    """Read the text of a file: its values and its errors."""
    import tomllib  # noqa: PLC0415 - 3 ms, and most people have no file

    from orchestra_core.configuration.toml_line_numbers import (  # noqa: PLC0415 - as above
        leaves,
        line_numbers,
        line_of_fault,
        words_of_fault,
    )

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        what = f"{words_of_fault(fault)}; the whole file is ignored"
        problem = ConfigProblem(path, line_of_fault(text, fault), what, own)
        return ConfigFile(path, own, text, problems=(problem,))
    values: dict[str, Value] = {}
    keys: dict[str, KeyWish] = {}
    faults: dict[tuple[str, ...], str] = {}
    for where, value in leaves(document):
        fault = _take(".".join(where), value, values, keys, own=own)
        if fault:
            faults[where] = fault
    lines = line_numbers(text) if faults else {}
    problems = (ConfigProblem(path, lines[where], faults[where], own) for where in faults)
    return ConfigFile(path, own, text, values, keys, tuple(problems))


def _take(
    name: str, value: Any, values: dict[str, Value], keys: dict[str, KeyWish], *, own: bool
) -> str:
    """Store a value, or return what is wrong with it."""
    if name.startswith(f"{KEYS}.") and own:
        wish = _key_wish(value)
        if wish is None:
            return f'{name} is not a key such as "ctrl+x", or a list of keys'
        keys[name.removeprefix(f"{KEYS}.")] = wish
        return ""
    option = option_named(name) or repository_option(name)
    misplaced = _misplaced(name, option, own=own)
    if misplaced:
        return f"{name} is only taken from {misplaced}; it is ignored here"
    if option is None:
        return _unknown(name, value)
    fit = checked(option, value)
    if fit is None:
        return f"{name} = {_shown(value)} is not {allowed(option)}"
    values[name] = fit
    return ""


def _misplaced(name: str, option: ConfigOption | None, *, own: bool) -> str:
    """Return the file that an option belongs in, "" if it is this one."""
    if not own and (name.startswith(f"{KEYS}.") or (option and not option.in_repository)):
        return "your own config.toml"
    foreign = own and option is not None and option_named(name) is None
    return "a repository's orchestra.toml" if foreign else ""


def _key_wish(value: Any) -> KeyWish | None:
    if isinstance(value, str):
        return value
    return words_of(value)


def _unknown(name: str, value: Any) -> str:
    import difflib  # noqa: PLC0415 - only for a mistake

    if name in (*SECTIONS, *REPOSITORY_SECTIONS):  # an empty one is no error
        return "" if value == {} else f"{name} is a section; write [{name}] and its keys below"
    names = [*(option.name for option in OPTIONS), *REPOSITORY_NAMES]
    close = difflib.get_close_matches(name, names, n=1)
    cure = f"did you mean {close[0]}?" if close else "'orchestra config --default' lists the keys"
    return f"unknown key {name}; {cure}"


def _shown(value: Any) -> str:
    shown = repr(value) if not isinstance(value, bool) else str(value).lower()
    return shown if len(shown) <= 40 else f"{shown[:39]}…"  # noqa: PLR2004 - characters
