"""Calls on a model of the store: the conductor's decisions, without git, files or MCP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.models import Agent, Chamber, Discovery, Interrupt, Phase, Task
from orchestra_core.names import branch_of, chamber_id
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.domain.workers import discoveries, interrupts
from orchestra_server.usecases.common.lookups import read_chamber, read_open_task, read_task

Call = Callable[[Reads], Awaitable[Change]]
NAMES = ("api", "auth", "db")
AGENTS = ("conductor", "implementation-executor-auth")
PHASES = ("plan", "build", "check")
_ACTOR = "conductor"


@dataclass(frozen=True, slots=True)
class Calls:
    """Each method is a call as a decision, at the moment `now`."""

    now: int

    def start(self, number: int, request: int) -> Call:
        """Start task `number` with one of a few requests."""

        async def decide(reads: Reads) -> Change:
            task = Task(
                id=f"task-{number}",
                description=f"request {request}",
                complexity="simple",
                working_directory="/repo",
                phases=(Phase(name=PHASES[0], started_at=self.now), *map(_phase, PHASES[1:])),
                phase=PHASES[0],
                started_at=self.now,
            )
            if await reads.claim(task_lifecycle.claim_of(task)) or await reads.task(task.id):
                return Change(events=())
            return task_lifecycle.started(task)

        return decide

    def advance(self, task_id: str, phase: str) -> Call:
        """Enter a phase; "" means the next one."""

        async def decide(reads: Reads) -> Change:
            task = await read_open_task(reads, task_id)
            return task_lifecycle.advanced(task, phase, at=self.now, actor=_ACTOR).change

        return decide

    def reserve(self, task_id: str, names: tuple[str, ...]) -> Call:
        """Keep the names of a batch."""

        async def decide(reads: Reads) -> Change:
            task = await read_open_task(reads, task_id)
            read = [await reads.chamber(chamber_id(task_id, name)) for name in names]
            if chamber_lifecycle.all_live(names, [item for item in read if item is not None]):
                return Change(events=())
            return chamber_lifecycle.reserved([self._room(task, name) for name in names], _ACTOR)

        return decide

    def create(self, task_id: str) -> Call:
        """Open all chambers that are being created for the task."""

        async def decide(reads: Reads) -> Change:
            await read_open_task(reads, task_id)
            chambers = await _in(reads, task_id, "creating")
            return chamber_lifecycle.opened(chambers, {}, at=self.now, actor=_ACTOR)[1]

        return decide

    def fail(self, task_id: str) -> Call:
        """Fail all chambers that are being created for the task."""

        async def decide(reads: Reads) -> Change:
            chambers = await _in(reads, task_id, "creating")
            return chamber_lifecycle.failed(chambers, note="no", at=self.now, actor=_ACTOR)

        return decide

    def put_away(self, task_id: str, name: str) -> Call:
        """Begin to close a chamber."""

        async def decide(reads: Reads) -> Change:
            chamber = await _chamber_of(reads, task_id, name, "live", "closing")
            return chamber_lifecycle.closing(chamber, at=self.now, actor=_ACTOR)[1]

        return decide

    def stay(self, task_id: str, name: str) -> Call:
        """Keep a chamber that could not be closed."""

        async def decide(reads: Reads) -> Change:
            chamber = await _chamber_of(reads, task_id, name, "closing")
            return chamber_lifecycle.stayed(chamber, note="no", at=self.now, actor=_ACTOR)

        return decide

    def close(self, task_id: str, name: str) -> Call:
        """End the closing of a chamber, its work saved."""

        async def decide(reads: Reads) -> Change:
            chamber = await _chamber_of(reads, task_id, name, "closing")
            unread = await _unread(reads, chamber)
            ref = chamber_lifecycle.ref_for(chamber)
            return chamber_lifecycle.closed(
                chamber, unread, ref=ref, note="", at=self.now, actor=_ACTOR
            )[1]

        return decide

    def restore(self, task_id: str, name: str) -> Call:
        """Bring a closed chamber back."""

        async def decide(reads: Reads) -> Change:
            task = await read_task(reads, task_id)
            chamber = await _chamber_of(reads, task_id, name, "closed")
            if task.is_completing:
                raise Refused("the task is being completed")
            free = not await reads.claim(task_lifecycle.claim_of(task))
            return chamber_lifecycle.restored(
                chamber, task, {}, request_is_free=free, clone="c", at=self.now, actor=_ACTOR
            )[1]

        return decide

    def record(self, task_id: str, agent_id: str, action: str, patterns: tuple[str, ...]) -> Call:
        """Record an action with the patterns it established."""

        async def decide(reads: Reads) -> Change:
            await read_open_task(reads, task_id)
            stored = await reads.agent(f"{task_id}/{agent_id}")
            agent = stored or Agent(id=f"{task_id}/{agent_id}", task_id=task_id, agent_id=agent_id)
            patterns_found = discoveries.patterns_found(agent, patterns, self.now)
            new = [item for item in patterns_found if await reads.discovery(item.id) is None]
            if discoveries.is_same_action(agent, action, "", self.now) and not new:
                return Change(events=())
            after = discoveries.acted(agent, action, "", self.now)
            return Change(
                events=(
                    discoveries.action_event(after, patterns, _ACTOR),
                    *(discoveries.discovery_event(event, _ACTOR) for event in new),
                )
            )

        return decide

    def share(self, task_id: str, text: str) -> Call:
        """Share a critical discovery with every live chamber."""

        async def decide(reads: Reads) -> Change:
            await read_open_task(reads, task_id)
            identifier = discoveries.discovery_id(task_id, "conductor", text, "critical")
            if await reads.discovery(identifier) is not None:
                return Change(events=())
            discovery = Discovery(
                id=identifier,
                task_id=task_id,
                agent_id="conductor",
                text=text,
                severity="critical",
                at=self.now,
            )
            chambers = await reads.chambers_of(task_id)
            told = interrupts.of_discovery(discovery, chambers, at=self.now, actor=_ACTOR)
            return Change(
                events=(
                    discoveries.discovery_event(discovery, _ACTOR),
                    *(interrupts.sent(item) for item in told),
                )
            )

        return decide

    def interrupt(self, task_id: str, name: str, message: str) -> Call:
        """Send a message to a live chamber."""

        async def decide(reads: Reads) -> Change:
            chamber = await _chamber_of(reads, task_id, name, "live")
            number = 1
            while True:
                identifier = interrupts.interrupt_id(chamber, message, "review", number)
                stored = await reads.interrupt(identifier)
                if stored is None:
                    break
                if stored.is_unread:
                    return Change(events=())
                number += 1
            interrupt = Interrupt(
                id=identifier, task_id=task_id, chamber=name, message=message, sent_at=self.now
            )
            return Change(events=(interrupts.sent(interrupt),))

        return decide

    def begin_completing(self, task_id: str) -> Call:
        """Stop all additions to a task."""

        async def decide(reads: Reads) -> Change:
            task = await read_task(reads, task_id)
            if task.is_over:
                return Change(events=())
            return task_lifecycle.completing(task, at=self.now, actor=_ACTOR, summary="done")[1]

        return decide

    def end(self, task_id: str) -> Call:
        """End a task whose chambers are all closed."""

        async def decide(reads: Reads) -> Change:
            task = await read_task(reads, task_id)
            chambers = await reads.chambers_of(task_id)
            if not task.is_completing or any(chamber.is_standing for chamber in chambers):
                raise Refused("the task cannot end now")
            return task_lifecycle.ended(
                task, completed=True, landed_commit="", at=self.now, actor=_ACTOR
            )[1]

        return decide

    def reopen(self, task_id: str) -> Call:
        """Reopen a task that could not be completed."""

        async def decide(reads: Reads) -> Change:
            task = await read_task(reads, task_id)
            if not task.is_completing:
                raise Refused("the task is not being completed")
            return task_lifecycle.reopened(task, at=self.now, actor=_ACTOR)[1]

        return decide

    def _room(self, task: Task, name: str) -> Chamber:
        return Chamber(
            id=chamber_id(task.id, name),
            task_id=task.id,
            name=name,
            path=f"/repo/.claude/worktrees/{name}",
            branch=branch_of(task.id, name),
            created_at=self.now,
        )


def identified(call: Call, operation: str) -> Call:
    """Return the call with an operation's id."""

    async def decide(reads: Reads) -> Change:
        change = await call(reads)
        return Change(
            events=change.events,
            claims=change.claims,
            releases=change.releases,
            operation=operation,
        )

    return decide


def _phase(name: str) -> Phase:
    return Phase(name=name)


async def _in(reads: Reads, task_id: str, state: str) -> list[Chamber]:
    return [chamber for chamber in await reads.chambers_of(task_id) if chamber.state == state]


async def _chamber_of(reads: Reads, task_id: str, name: str, *states: str) -> Chamber:
    task = await read_task(reads, task_id)
    chamber = await read_chamber(reads, task, name)
    if chamber.state not in states:
        raise Refused(f"chamber {name} is {chamber.state}")
    return chamber


async def _unread(reads: Reads, chamber: Chamber) -> list[Interrupt]:
    state = await reads.state()
    ids = [
        interrupt.id
        for interrupt in state.interrupts.values()
        if (interrupt.task_id, interrupt.chamber) == (chamber.task_id, chamber.name)
    ]
    read = [await reads.interrupt(identifier) for identifier in ids]
    return [replace(item) for item in read if item is not None]
