"""Checks what must be true of a project's state after any sequence of calls."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from orchestra_core.events import Event
from orchestra_core.models import Interrupt
from orchestra_core.names import chamber_id
from orchestra_core.state import ProjectState
from orchestra_core.store.client.reply_parser import as_bytes, as_list
from orchestra_core.store.store import Store
from orchestra_server.domain.tasks.task_lifecycle import claim_of

# For each kind of event: the states it may come from ("" for none yet) and the one it leads to.
_TASK_STEPS = {
    "task.started": ({""}, "open"),
    "task.phase-advanced": ({"open"}, "open"),
    "task.completing": ({"open", "completing"}, "completing"),
    "task.completed": ({"completing"}, "completed"),
    "task.closed": ({"completing"}, "closed"),
    "task.reopened": ({"completing", "completed", "closed"}, "open"),
}
_CHAMBER_STEPS = {
    "chamber.reserved": ({"", "creating", "failed", "closed"}, "creating"),
    "chamber.created": ({"creating"}, "live"),
    "chamber.failed": ({"creating"}, "failed"),
    "chamber.closing": ({"live"}, "closing"),
    "chamber.closed": ({"closing"}, "closed"),
    # After nothing: a save that the store did not know.
    "chamber.restored": ({"", "closed", "closing", "failed"}, "live"),
    "chamber.health-changed": ({"live"}, "live"),
    "chamber.suspended": ({"live"}, "live"),
    "chamber.resumed": ({"live"}, "live"),
}
# A slow call of the person's program, and a change whose author is unknown.
_TELLS_ONLY = ("program.awaited", "checkout.changed")
_INTERRUPT_ORDER = ("", "sent", "posted", "delivered", "acted")
_INTERRUPT_ENDS = ("acted", "cancelled", "expired")


async def check_store(store: Store, trimmed: Sequence[Event] = ()) -> ProjectState:
    """Return the state; fails the test if state, history and claims do not agree.

    `trimmed` is what the history had before its first event.
    """
    state = await store.snapshot()
    # After it: a server may be at work, and has gone on meanwhile.
    events = [*trimmed, *await store.events()]
    check_history(events)
    replayed = ProjectState()
    for event in events[: state.seq]:
        assert replayed.apply(event), f"event {event.seq} was applied before"
    assert replace(state, presence={}, heartbeats={}) == replayed, (
        "the history does not give the state"
    )
    check_documents(state)
    check_claims(state, await claims(store))
    await check_verdicts(store, events)
    return state


async def check_verdicts(store: Store, events: Iterable[Event]) -> None:
    """Fail the test unless a gate judged each tree once, and the recorded verdict is its result."""
    told = dict[str, object]()
    for event in events:
        verdict = event.data.verdict
        if verdict is None or event.kind == "gate.overruled":
            continue
        assert verdict.id not in told or event.kind == "gate.flaky", f"{verdict.id} twice"
        told[verdict.id] = verdict
    for key, verdict in told.items():
        assert await store.read(lambda reads, key=key: reads.verdict(key)) == verdict


async def claims(store: Store) -> dict[str, str]:
    """Return who holds which name."""
    answer = as_list(await store.client.call("HGETALL", store.keys.claims))
    words = [as_bytes(word).decode() for word in answer]
    return dict(zip(words[::2], words[1::2], strict=True))


def check_history(events: Iterable[Event]) -> None:
    """Fail the test for a gap, or a step that no task, chamber, agent or interrupt can make."""
    before: dict[tuple[str, str], str] = {}
    actions: dict[str, int] = {}
    for number, event in enumerate(events, 1):
        assert event.seq == number, f"event {event.seq} stands at place {number}"
        changes = bool(event.data.documents() or event.data.removed or event.data.verdict)
        expected = event.kind not in _TELLS_ONLY
        assert changes == expected, f"event {number}, {event.kind}: {changes=}"
        if event.kind == "task.recalled":
            continue  # what was archived, as it was
        if event.data.task is not None:
            task = event.data.task
            _check_step(before, _TASK_STEPS, event, task.id, task.state)
        if event.data.chamber is not None:
            chamber = event.data.chamber
            _check_step(before, _CHAMBER_STEPS, event, chamber.id, chamber.state)
        if event.data.agent is not None:
            agent = event.data.agent
            actions[agent.id] = actions.get(agent.id, 0) + 1
            assert agent.actions == actions[agent.id], f"{agent.id} has acted {agent.actions} times"
        if event.data.interrupt is not None:
            _check_mail(before, event, event.data.interrupt)


def _check_step(
    before: dict[tuple[str, str], str],
    steps: dict[str, tuple[set[str], str]],
    event: Event,
    name: str,
    state: str,
) -> None:
    key = (event.kind.partition(".")[0], name)
    if event.kind in steps:
        sources, target = steps[event.kind]
        was = before.get(key, "")
        assert was in sources, f"{event.kind} of {name} after {was!r}"
        assert state == target, f"{event.kind} of {name} leads to {state!r}"
    before[key] = state


def _check_mail(before: dict[tuple[str, str], str], event: Event, mail: Interrupt) -> None:
    key = ("interrupt", mail.id)
    was = before.get(key, "")
    assert event.kind == f"interrupt.{mail.state}", f"{event.kind} has {mail.state!r}"
    assert was not in _INTERRUPT_ENDS, f"{event.kind} of {mail.id} after its end {was!r}"
    if mail.state in _INTERRUPT_ORDER:
        reached = _INTERRUPT_ORDER.index(mail.state)
        assert _INTERRUPT_ORDER.index(was) < reached, f"{event.kind} after {was!r}"
    before[key] = mail.state


def check_documents(state: ProjectState) -> None:
    """Fail the test for a document without its task or chamber, or stamps out of order."""
    for chamber in state.chambers.values():
        assert chamber.id == chamber_id(chamber.task_id, chamber.name)
        task = state.tasks[chamber.task_id]
        if chamber.is_standing:
            assert not task.is_over, f"{chamber.id} is {chamber.state}, {task.state} task"
    for agent in state.agents.values():
        assert agent.task_id in state.tasks
    for discovery in state.discoveries.values():
        assert discovery.task_id in state.tasks
    for mail in state.interrupts.values():
        addressee = state.chambers[mail.chamber_id]
        if mail.is_unread:
            assert addressee.holds_work, f"unread mail in a {addressee.state} chamber"
        check_stamps(mail)


def check_stamps(mail: Interrupt) -> None:
    """Fail the test unless each step that was stamped came after the one before."""
    stamps = (mail.sent_at, mail.posted_at, mail.delivered_at, mail.acted_at, mail.ended_at)
    present = [stamp for stamp in stamps if stamp]
    assert present == sorted(present), f"{mail.id} has stamps {stamps}"
    ended = mail.is_withdrawn
    assert bool(mail.ended_at) == ended, f"{mail.id} is {mail.state}, ended {mail.ended_at}"
    if not ended:
        last = stamps[_INTERRUPT_ORDER.index(mail.state) - 1]
        assert last == present[-1], f"{mail.id} is {mail.state} with stamps {stamps}"


def check_claims(state: ProjectState, held: dict[str, str]) -> None:
    """Fail the test unless live chambers and held names are the same, and so for open tasks."""
    names = {name: holder for name, holder in held.items() if ":" not in name}
    present = {
        chamber.name: chamber.id for chamber in state.chambers.values() if chamber.is_standing
    }
    assert names == present, "the claims are not those of the chambers that are there"
    paths = [chamber.path for chamber in state.chambers.values() if chamber.is_standing]
    assert len(paths) == len(set(paths)), "two chambers have one directory"
    requests = {name: holder for name, holder in held.items() if ":" in name}
    for name, holder in requests.items():
        task = state.tasks[holder]
        assert claim_of(task) == name
        assert not task.is_over, f"task {holder} is {task.state} and holds its request"
    for task in state.tasks.values():
        if not task.is_over and claim_of(task) not in requests:
            # A task that was reopened while a newer one had its request has lost it for good.
            namesakes = [
                stored_task
                for stored_task in state.tasks.values()
                if claim_of(stored_task) == claim_of(task)
            ]
            assert len(namesakes) > 1, f"nobody holds the request of {task.id}"


def check_released(state: ProjectState, before: dict[str, str], after: dict[str, str]) -> None:
    """Fail the test for a name that was taken from the task or chamber that still needs it."""
    for name, holder in before.items():
        if after.get(name) == holder:
            continue
        if ":" in name:
            needed = not state.tasks[holder].is_over
        else:
            needed = state.chambers[holder].is_standing
        assert not needed, f"{holder} lost {name!r}, which {after.get(name, 'nobody')!r} holds now"
