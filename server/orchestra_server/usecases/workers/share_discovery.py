"""share_discovery: tell other workers something; at once, if it is critical."""

from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.models import Chamber, Discovery, Interrupt, Severity, Task
from orchestra_core.replies.interrupts import InterruptStatus
from orchestra_core.replies.workers import SharedDiscovery
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.text import LINE_LIMIT, optional, required
from orchestra_server.domain.workers.discoveries import discovery_event, discovery_id
from orchestra_server.domain.workers.interrupts import of_discovery, sent
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.after_commit import show_change, show_change_soon
from orchestra_server.usecases.common.lookups import (
    chamber_of_agent,
    read_open_task,
    unknown_chamber,
)
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.common.validation import checked_agent_id, checked_severity

# A critical discovery and its impact become one message. If a hook's text has more than 10,000
# characters, a client puts it into a file instead of showing it to the model.
TEXT_LIMIT = 6_000


async def share_discovery(
    context: Context,
    *,
    task_id: str,
    agent_id: str,
    discovery: str,
    severity: str,
    impact: str = "",
    affects: Sequence[str] = (),
) -> SharedDiscovery:
    """Record a discovery; a critical one interrupts every other live chamber it affects.

    Empty `affects` means all chambers. The same discovery by the same agent is recorded once.
    Raises Unknown if the task does not have a chamber in `affects`.
    """
    agent = checked_agent_id(agent_id)
    kind = checked_severity(severity)
    text = required("discovery", discovery, TEXT_LIMIT)
    follows = optional("impact", impact, LINE_LIMIT)
    wanted = Discovery(
        id=discovery_id(task_id, agent, text, kind),
        task_id=task_id,
        agent_id=agent,
        chamber="",
        text=text,
        severity=kind,
        impact=follows,
        affects=tuple(dict.fromkeys(affects)),
        at=0,
    )

    async def decide(reads: Reads) -> Decision[tuple[Discovery, bool]]:
        return await _decide(context, reads, wanted)

    shared, repeated = await run_transaction(context.store, decide)
    if kind != "critical":
        await show_change_soon(context, task_id)
        return _reply(shared, (), repeated=repeated)
    state = await show_change(context, task_id)
    return _reply(shared, _interrupts_of(shared, state), repeated=repeated)


async def _decide(
    context: Context, reads: Reads, wanted: Discovery
) -> Decision[tuple[Discovery, bool]]:
    """Record the discovery with its chamber and time, unless its agent has shared it before."""
    task = await read_open_task(reads, wanted.task_id)
    shared = await reads.discovery(wanted.id)
    if shared is not None:
        return Decision((shared, True))
    chambers = await reads.chambers_of(wanted.task_id)
    _require_chambers(wanted.affects, task, chambers)
    chamber = chamber_of_agent(wanted.agent_id, [chamber.name for chamber in chambers])
    new = replace(wanted, chamber=chamber, at=context.clock())
    return Decision((new, False), _change(new, chambers, context.actor))


def _require_chambers(affects: Sequence[str], task: Task, chambers: Sequence[Chamber]) -> None:
    names = [chamber.name for chamber in chambers]
    for name in affects:
        if name not in names:
            raise unknown_chamber(name, task, chambers)


def _interrupts_of(shared: Discovery, state: ProjectState) -> list[Interrupt]:
    return [
        interrupt for interrupt in state.interrupts.values() if interrupt.discovery_id == shared.id
    ]


def _change(shared: Discovery, chambers: Sequence[Chamber], actor: str) -> Change:
    events = [discovery_event(shared, actor)]
    if shared.severity == "critical":
        interrupts = of_discovery(shared, chambers, at=shared.at, actor=actor)
        events += [sent(interrupt) for interrupt in interrupts]
    return Change(events=tuple(events))


def _reply(
    shared: Discovery, interrupts: Sequence[Interrupt], *, repeated: bool
) -> SharedDiscovery:
    mail = [
        serializers.mail(interrupt)
        for interrupt in sorted(interrupts, key=lambda interrupt: interrupt.chamber)
    ]
    return SharedDiscovery(
        task_id=shared.task_id,
        discovery_id=shared.id,
        severity=shared.severity,
        repeated=repeated,
        affects=list(shared.affects),
        interrupts=mail,
        next_step=_next_step(shared.severity, mail),
    )


def _next_step(severity: Severity, mail: Sequence[InterruptStatus]) -> str:
    if mail:
        names = ", ".join(interrupt.chamber for interrupt in mail)
        return (
            f"The workers in {names} are stopped by it at their next tool call; "
            "get_parallel_status shows when they have read it."
        )
    if severity == "critical":
        return "No other live chamber is affected, so nobody was interrupted."
    return "It is part of get_agent_context for agents started from now on; nobody was interrupted."
