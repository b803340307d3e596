"""What a repository's orchestra.toml asks to run (gates and setup), and a chamber's ports."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestra_core.configuration.config_files import is_there, repository_file
from orchestra_core.configuration.options import Value
from orchestra_core.configuration.repository_options import GATE, PORTS, SETUP, repository_option

DEFAULT_GATE = "tests"  # the name of the gate without a name
Command = str | tuple[str, ...]  # a shell's line, or a program with its arguments
_DIGEST = 16  # hex digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A command that must pass on a tree before the tree lands; without `paths` it covers all."""

    name: str
    command: Command
    timeout: int
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What prepares a fresh worktree, once for each content of the files that it depends on."""

    command: Command = ""
    timeout: int = 0
    depends: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The variables that each chamber gets with ports of its own, from a range."""

    names: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)  # without slots, so that a digest is made once
class GatePlan:
    """What the file says; `faults` are lines that say why part of it cannot be used."""

    file: Path | None = None
    gates: tuple[Gate, ...] = ()
    setup: Setup | None = None
    ports: Ports | None = None
    faults: tuple[str, ...] = ()

    @property
    def runs_something(self) -> bool:
        """Whether it has a command that needs trust."""
        return bool(self.gates or self.setup)

    @cached_property
    def digest(self) -> str:
        """What trust is given to: it changes with everything that would run and nothing else."""
        gates = [vars_of(gate) for gate in self.gates]
        return _digest([gates, self.setup and vars_of(self.setup)])

    @cached_property
    def setup_digest(self) -> str:
        """The digest of what prepares a worktree, "" for nothing."""
        return _digest(vars_of(self.setup)) if self.setup else ""

    def gate_digest(self, gate: Gate) -> str:
        """Return a digest of the gate's and the setup's text; a new one needs a new verdict."""
        own = {name: value for name, value in vars_of(gate).items() if name != "name"}
        return _digest([own, self.setup and vars_of(self.setup)])


def vars_of(part: Gate | Setup) -> dict[str, object]:
    """Return a gate's or a setup's values by name."""
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


def read_gate_plan(directory: Path) -> GatePlan:
    """Read the orchestra.toml of the repository that `directory` is in."""
    path = repository_file(directory)
    if path is None or not is_there(path):
        return GatePlan()
    from orchestra_core.configuration.configuration import read_config_file  # noqa: PLC0415 - few have one

    file = read_config_file(path, own=False)
    values = dict(file.values)
    faults = tuple(str(problem) for problem in file.problems if _is_about_commands(problem.text))
    names = {name.rpartition(".")[0] for name in values if name.startswith(f"{GATE}.")}
    gates = list[Gate]()
    for prefix in sorted(names):
        gate = _gate(prefix, values)
        if gate is None:
            faults = (*faults, f"{path}: [{prefix}] has no command; add one, or delete the section")
        else:
            gates.append(gate)
    return GatePlan(
        file=path, gates=tuple(gates), setup=_setup(values), ports=_ports(values), faults=faults
    )


def _gate(prefix: str, values: Mapping[str, Value]) -> Gate | None:
    command = values.get(f"{prefix}.command")
    if not isinstance(command, str | tuple):
        return None
    return Gate(
        name=prefix.removeprefix(f"{GATE}.") if prefix != GATE else DEFAULT_GATE,
        command=command,
        timeout=_number(values, f"{prefix}.timeout"),
        paths=_list(values, f"{prefix}.paths"),
    )


def _setup(values: Mapping[str, Value]) -> Setup | None:
    command = values.get(f"{SETUP}.command", "")
    copied = _list(values, f"{SETUP}.copy")
    if not (command or copied):
        return None
    return Setup(
        command=command if isinstance(command, str | tuple) else "",
        timeout=_number(values, f"{SETUP}.timeout"),
        depends=_list(values, f"{SETUP}.depends"),
        copy=copied,
    )


def _ports(values: Mapping[str, Value]) -> Ports | None:
    names = _list(values, f"{PORTS}.names")
    first, last = _number(values, f"{PORTS}.first"), _number(values, f"{PORTS}.last")
    return Ports(names=names, first=first, last=last) if names and first <= last else None


def _number(values: Mapping[str, Value], name: str) -> int:
    value = values.get(name, _default(name))
    return value if isinstance(value, int) else 0


def _list(values: Mapping[str, Value], name: str) -> tuple[str, ...]:
    value = values.get(name, ())
    return value if isinstance(value, tuple) else ()


def _default(name: str) -> Value:
    option = repository_option(name)
    return option.default if option else 0


def _is_about_commands(problem: str) -> bool:
    """Tell whether a line is about an unreadable gate, setup or whole file."""
    section = problem.removeprefix("unknown key ").partition(".")[0].partition(" ")[0]
    return section in {GATE, SETUP} or problem.endswith("the whole file is ignored")


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
