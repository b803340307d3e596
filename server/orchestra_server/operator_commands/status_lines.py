"""What `orchestra status` prints for a person, made from its document."""

from collections.abc import Sequence

from orchestra_core.clock import local_day
from orchestra_core.models import BASE, OVER_TASK, STANDING_CHAMBER
from orchestra_core.names import split_chamber_id
from orchestra_core.text import one_line
from orchestra_core.wording.ages import age, elapsed
from orchestra_core.wording.gates import THE_BRANCH, setup_words, verdict_words
from orchestra_core.wording.holds import chamber_symbol, chamber_word, land_counts
from orchestra_core.wording.started_workers import spent_in_short
from orchestra_core.wording.states import (
    CONFLICT_SYMBOL,
    HEALTH_SYMBOL,
    REQUEST_SYMBOL,
    SUSPENDED_WORDS,
    TASK_SYMBOLS,
    UNPROVEN_WORDS,
)
from orchestra_core.worker_state import RANK, WorkerState
from orchestra_core.workers.started_worker import Spent
from orchestra_server.operator_commands.agent_entries import UsedEntry
from orchestra_server.operator_commands.status_document import (
    ChamberEntry,
    ConflictEntry,
    RequestEntry,
    StatusDocument,
    TaskEntry,
)

_FINISHED_SHOWN = 3
_CONFLICTS_SHOWN = 3
_TEXT_LIMIT = 100


def status_lines(document: StatusDocument, now: int) -> list[str]:
    """Return the lines: open tasks with their chambers, the newest finished ones in a line each."""
    open_tasks = [task for task in document.tasks if task.state not in OVER_TASK]
    finished = [task for task in document.tasks if task.state in OVER_TASK]
    lines = [f"{document.project}  {document.root}"]
    lines += [f"! cannot be read: {reason}" for reason in document.unreadable]
    lines += [f"{HEALTH_SYMBOL} {_orphan(place)}" for place in document.orphans]
    if not document.tasks:
        return [
            *lines,
            "No tasks yet: ask an agent to conduct one, or press n in the room.",
        ]
    if today := document.used_on.get(local_day(now)):
        lines.append(f"used today: {_amount(today)}")
    if document.counts:
        lines.append("   ".join(land_counts(document.counts, document.held)))
    for task in open_tasks:
        lines += ["", *_open_lines(task, now)]
    if finished:
        lines += ["", *(_finished_line(task, now) for task in finished[:_FINISHED_SHOWN])]
    more = max(0, len(finished) - _FINISHED_SHOWN) + document.archived
    if more:
        lines.append(f"  and {more} more finished")
    return lines


def _orphan(place: str) -> str:
    return f"{place} is a chamber that the store does not know; run orchestra reconcile"


def _open_lines(task: TaskEntry, now: int) -> list[str]:
    phase = f", phase {task.phase}" if task.phase else ""
    phase += f", {age(task.started_at, now)}"
    lines = [
        f"{TASK_SYMBOLS[task.state]} {task.id}  {task.state}{phase}{_used(task)}",
        f"  {one_line(task.description, _TEXT_LIMIT)}",
    ]
    present = [entry for entry in task.chambers if entry.state in (*STANDING_CHAMBER, "failed")]
    shown = sorted(present, key=_by_need)
    width = max((len(chamber.name) for chamber in shown), default=0)
    for chamber in shown:
        lines.append(f"  {_chamber_line(chamber, width, now)}")
        lines += [f"    {REQUEST_SYMBOL} {_request_line(request)}" for request in chamber.requests]
        lines += [f"    {HEALTH_SYMBOL} {sentence}" for sentence in chamber.health]
    closed = len(task.chambers) - len(shown)
    if closed:
        lines.append(f"  {closed} closed")
    return lines


def _used(task: TaskEntry) -> str:
    if task.used is None:
        return ""
    return f", used {_amount(task.used)}"


def _amount(used: UsedEntry) -> str:
    spent = Spent(turns=used.turns, tokens_in=used.tokens, dollars=used.dollars)
    return spent_in_short(spent)


def _by_need(chamber: ChamberEntry) -> int:
    return RANK[chamber.worker_state.group]


def _chamber_line(chamber: ChamberEntry, width: int, now: int) -> str:
    entry = chamber.worker_state
    state = WorkerState(entry.group, entry.reason, entry.since, entry.cause)
    reason = ", ".join(chamber.held_by) or state.reason
    word = chamber_word(state, chamber.held_by)
    parts = (word, age(state.since, now), one_line(reason, _TEXT_LIMIT))
    words = "  ".join(part for part in parts if part)
    is_shown = chamber.verdict and not chamber.held_by  # its holds already include the verdict
    verdict = f"  {verdict_words(chamber.verdict)}" if is_shown else ""
    unread = f"  ✉ {len(chamber.unread)} unread by its worker" if chamber.unread else ""
    trouble = f"{_trouble(chamber, now)}{_conflicts(chamber)}"
    at = _at(chamber, now)
    symbol = chamber_symbol(state, chamber.held_by)
    return f"{symbol} {chamber.name:<{width}}  {at}{words}{verdict}{trouble}{unread}"


def _request_line(request: RequestEntry) -> str:
    asks = "asks" if request.kind == "question" else f"asks for {request.tool}"
    answer = f"orchestra answer {request.id}"
    return f"{asks}: {one_line(request.asked, _TEXT_LIMIT)}  ({answer})"


def _at(chamber: ChamberEntry, now: int) -> str:
    """Return which other clone a standing chamber is in, and when that clone was last heard."""
    clone = chamber.clone
    if clone is None or clone.is_here or chamber.state not in STANDING_CHAMBER:
        return ""
    if clone.served:
        return f"at {clone.name}: "
    heard = f"last heard {age(clone.heard_at, now)} ago" if clone.heard_at else "never heard"
    return f"at {clone.name}, {heard}: "


def _conflicts(chamber: ChamberEntry) -> str:
    if not chamber.conflicts:
        return ""
    red = [conflict for conflict in chamber.conflicts if conflict.fails_together]
    apart = [conflict for conflict in chamber.conflicts if not conflict.fails_together]
    parts = (_names("conflicts with", apart), _names("fails together with", red))
    return "".join(f"  {CONFLICT_SYMBOL} {part}" for part in parts if part)


def _names(verb: str, conflicts: Sequence[ConflictEntry]) -> str:
    if not conflicts:
        return ""
    shown = conflicts[:_CONFLICTS_SHOWN]
    names = ", ".join(
        THE_BRANCH if conflict.other == BASE else split_chamber_id(conflict.other).name
        for conflict in shown
    )
    more = len(conflicts) - len(shown)
    return f"{verb} {names}{f' and {more} more' if more > 0 else ''}"


def _trouble(chamber: ChamberEntry, now: int) -> str:
    """Return what keeps a live chamber's worker from working or reading its mail."""
    if chamber.state != "live":
        return ""
    suspended = (
        f"  {SUSPENDED_WORDS} {age(chamber.suspended_at, now)}" if chamber.suspended_at else ""
    )
    unprepared = f"  {setup_words(chamber.setup_fault)}" if chamber.setup_fault else ""
    return unprepared + suspended + ("" if chamber.proven_ready else f"  {UNPROVEN_WORDS}")


def _finished_line(task: TaskEntry, now: int) -> str:
    took = elapsed(task.started_at, task.finished_at, now)
    summary = one_line(task.summary or task.description, _TEXT_LIMIT)
    return f"{TASK_SYMBOLS[task.state]} {task.id}  {task.state} in {took}: {summary}"
