"""Prepares the environment of chambers: their own ports, and the setup of orchestra.toml.

A failed or untrusted setup is noted on its chamber, which opens anyway: its worker may repair it.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.configuration.gate_plan import Ports, Setup, read_gate_plan
from orchestra_core.configuration.trust import trusted_plan
from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber
from orchestra_core.store.reads import Reads
from orchestra_core.text import one_line
from orchestra_core.wording.gates import SETUP_UNTRUSTED
from orchestra_server.domain.chambers.chamber_ports import as_environment, assign_ports, ports_in
from orchestra_server.git.gates.prepare_scratch import copy_paths
from orchestra_server.git.process.foreign_programs import is_cancelled
from orchestra_server.git.process.run_command import run_command
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.common.transaction import Context

_WORDS = 200  # characters of a failed setup's output


async def with_ports(reads: Reads, directory: Path, chambers: Sequence[Chamber]) -> list[Chamber]:
    """Return new chambers with ports that no standing chamber of the project has.

    A chamber that is added meanwhile voids the decision, because `reads` counts them.
    """
    ports = read_gate_plan(directory).ports
    if ports is None or not chambers:
        return [*chambers]
    await reads.chambers_of(chambers[0].task_id)
    taken = await _taken_ports(reads, chambers)
    assigned = assign_ports(ports, taken, len(chambers), _is_free)
    return [replace(chamber, ports=own) for chamber, own in zip(chambers, assigned, strict=True)]


async def with_ports_again(reads: Reads, directory: Path, chamber: Chamber) -> Chamber:
    """Return a restored chamber with its former ports, unless another chamber has them now."""
    taken = await _taken_ports(reads, [chamber])
    if chamber.ports and taken.isdisjoint(ports_in(chamber.ports)):
        return chamber
    (chamber,) = await with_ports(reads, directory, [chamber])
    return chamber


async def gate_ports(reads: Reads, ports: Ports | None) -> tuple[str, ...]:
    """Return a gate's ports as variables, none of them a standing chamber's; () if none is left."""
    if ports is None:
        return ()
    with suppress(Refused):  # the range is used up: the gate runs anyway
        (own,) = assign_ports(ports, await _taken_ports(reads, []), 1, _is_free, from_end=True)
        return own
    return ()


async def _taken_ports(reads: Reads, chambers: Sequence[Chamber]) -> set[int]:
    """Return the ports of all standing chambers but these."""
    state = await reads.state()
    own = {chamber.id for chamber in chambers}
    standing = [c for c in state.chambers.values() if c.is_standing and c.id not in own]
    return {port for chamber in standing for port in ports_in(chamber.ports)}


def set_up_chambers(
    context: Context, repo: Repository, chambers: Sequence[Chamber]
) -> list[Chamber]:
    """Run the trusted setup in each chamber; return the chambers with the outcome. Blocking.

    An untrusted setup is recorded as a fault, too. Raises Refused if the caller gave up.
    """
    plan = trusted_plan(repo.top, context.settings.state_dir, repo.common_dir)
    if plan is None:
        untrusted = SETUP_UNTRUSTED if read_gate_plan(repo.top).setup else ""
        return [replace(chamber, setup_fault=untrusted, setup_of="") for chamber in chambers]
    if plan.setup is None:
        return [replace(chamber, setup_fault="", setup_of="") for chamber in chambers]
    faults = [(chamber, _set_up(repo, plan.setup, chamber)) for chamber in chambers]
    return [
        replace(chamber, setup_fault=fault, setup_of="" if fault else plan.setup_digest)
        for chamber, fault in faults
    ]


def is_setup_due(context: Context, repo: Repository, chamber: Chamber) -> bool:
    """Tell whether the trusted setup, in its current text, has yet to prepare a chamber. Blocking.

    It was not trusted before, or it failed, or somebody else has made the worktree.
    """
    plan = trusted_plan(repo.top, context.settings.state_dir, repo.common_dir)
    return plan is not None and plan.setup_digest not in ("", chamber.setup_of)


def unprepared_note(context: Context, repo: Repository, note: str) -> str:
    """Return the note for a worktree in which no setup runs now. Blocking.

    Its maker has set it up, and finding worktrees must not delay a server's start.
    """
    plan = trusted_plan(repo.top, context.settings.state_dir, repo.common_dir)
    if plan is None or plan.setup is None:
        return note
    return f"{note}; the setup of orchestra.toml has not run again in it"


def _set_up(repo: Repository, setup: Setup, chamber: Chamber) -> str:
    """Return why the setup failed, "" if it did not."""
    try:
        copy_paths(repo.top, Path(chamber.path), setup.copy)
        if not setup.command:
            return ""
        ended = run_command(
            setup.command,
            Path(chamber.path),
            waits_for=f"the setup of chamber {chamber.name}",
            seconds=setup.timeout,
            env=as_environment(chamber.ports),
        )
    except (OrchestraError, OSError) as fault:
        if is_cancelled() and isinstance(fault, Refused):
            raise
        return one_line(str(fault), _WORDS)
    if ended.passed:
        return ""
    last = ended.output.strip().splitlines()[-1:] or [f"status {ended.status}"]
    return one_line(last[0], _WORDS)


def _is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
