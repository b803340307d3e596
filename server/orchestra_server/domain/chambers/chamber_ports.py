"""Which ports each chamber gets for its own servers, according to orchestra.toml."""

from collections.abc import Callable, Collection

from orchestra_core.configuration.gate_plan import Ports
from orchestra_core.errors import Refused


def assign_ports(
    ports: Ports,
    taken: Collection[int],
    count: int,
    is_free: Callable[[int], bool],
    *,
    from_end: bool = False,
) -> list[tuple[str, ...]]:
    """Return the variables, such as `PORT=41000`, for each of `count` chambers.

    `taken` are the ports of standing chambers; `is_free` tells whether nobody listens on a port. A
    gate takes its ports `from_end`, so that a chamber made meanwhile gets others. Raises Refused if
    the range is used up.
    """
    numbers = range(ports.first, ports.last + 1)
    ordered = reversed(numbers) if from_end else numbers
    candidates = (port for port in ordered if port not in taken and is_free(port))
    assigned = list[tuple[str, ...]]()
    for _ in range(count):
        own = [f"{name}={port}" for name, port in zip(ports.names, candidates, strict=False)]
        if len(own) < len(ports.names):
            raise Refused(
                f"[ports] of orchestra.toml has too few free ports from {ports.first} to "
                f"{ports.last} for {count} more chambers; close chambers, or widen the range"
            )
        assigned.append(tuple(own))
    return assigned


def ports_in(variables: Collection[str]) -> list[int]:
    """Return the ports in a chamber's variables."""
    return [int(port) for variable in variables if (port := variable.partition("=")[2]).isdecimal()]


def as_environment(variables: Collection[str]) -> dict[str, str]:
    """Return a chamber's variables by name."""
    return dict(variable.split("=", 1) for variable in variables)
