"""Events as lines of the feed: when, about what, and the words."""

from collections.abc import Callable
from typing import NamedTuple

from orchestra_core.events import Event
from orchestra_core.models import Chamber, Work
from orchestra_core.wording.ages import time_of_day
from orchestra_core.wording.gates import AWAITED, PROVEN, setup_words, verdict_words
from orchestra_core.wording.requests import answer_in_short, asked_in_short
from orchestra_core.wording.started_workers import amount_in_short, end_in_short
from orchestra_core.workers.started_worker import Spent, total
from orchestra_tui.presentation.details import conflict_lines
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.rows.symbols import REQUEST
from orchestra_tui.presentation.text_fit import cut_line, fit, plain

ROOMY = 60  # cells
SUBJECT_WIDTH = 16
NARROW_SUBJECT_WIDTH = 10
SHORT_TIME = len("14:03")


class EventText(NamedTuple):
    """What an event says: its words and their tone."""

    text: str
    tone: Tone = "plain"


def feed_line(event: Event) -> Line:
    """Return an event as three cells: the time, the chamber or task, and the words."""
    subject = plain(event.chamber or event.task_id)
    said = _said(event)
    return (
        Cell(time_of_day(event.at), "muted"),
        Cell(subject, "accent" if event.chamber else "muted"),
        Cell(plain(said.text), said.tone),
    )


def feed_layout(line: Line, width: int) -> Line:
    """Return the three cells side by side in `width`; a narrow feed has shorter times."""
    time, subject, words = line
    roomy = width >= ROOMY
    when = time.text if roomy else time.text[:SHORT_TIME]
    about = fit(subject.text, SUBJECT_WIDTH if roomy else NARROW_SUBJECT_WIDTH)
    placed = (Cell(when, time.tone), Cell(f"  {about}  ", subject.tone), words)
    return cut_line(placed, width)


# The words for every event of a kind, whatever it carries.
_SAID: dict[str, EventText] = {
    "task.completing": EventText("completing: merging chambers", "warn"),
    "task.reopened": EventText("reopened: the merge failed", "warn"),
    "task.closed": EventText("closed", "muted"),
    "task.claimed": EventText("now assigned to its clone", "muted"),
    "task.archived": EventText("moved to the archive", "muted"),
    "task.recalled": EventText("brought back from the archive", "muted"),
    "chamber.reserved": EventText("creating", "muted"),
    "chamber.closing": EventText("closing", "muted"),
    "chamber.claimed": EventText("now assigned to its clone", "muted"),
    "chamber.restored": EventText("restored"),
    "chamber.suspended": EventText("suspended: tools blocked until resumed", "warn"),
    "chamber.resumed": EventText("resumed: tools no longer blocked", "ok"),
    "interrupt.posted": EventText("✉ posted", "muted"),
    "interrupt.delivered": EventText("✉ delivered", "accent"),
    "interrupt.acted": EventText("✉ acted on", "ok"),
    "worker.launched": EventText("▶ starting", "muted"),
    "worker.started": EventText("▶ ready", "ok"),
    "worker.turn-began": EventText("▶ turn begins", "muted"),
    "worker.continued": EventText("▶ continues", "ok"),
    "worker.stop-asked": EventText("▶ asked to stop", "warn"),
}


def _said(event: Event) -> EventText:
    if event.kind in _SAID:
        return _SAID[event.kind]
    say = _SAYERS.get(event.kind.partition(".")[0], _agent_said)
    return say(event)


def _kind_said(event: Event) -> EventText:
    """Return the word for the kind itself, for an event without its document."""
    return EventText(event.kind.partition(".")[2], "muted")


def _agent_said(event: Event) -> EventText:
    actor = event.data.agent.agent_id if event.data.agent else event.actor
    return EventText(f"{actor}: {event.data.action}: {event.data.result}")


def _discovery_said(event: Event) -> EventText:
    discovery = event.data.discovery
    if discovery is None:
        return _agent_said(event)
    if discovery.pattern:
        return EventText(f"pattern: {discovery.text}", "muted")
    tone: Tone = "critical" if discovery.severity == "critical" else "plain"
    return EventText(f"{discovery.severity} discovery: {discovery.text}", tone)


def _checkout_said(event: Event) -> EventText:
    return EventText(event.data.result or "something changed outside the chamber", "warn")


def _program_said(event: Event) -> EventText:
    return EventText(f"waits for {event.data.action}", "warn")


def _gate_said(event: Event) -> EventText:
    verdict = event.data.verdict
    name = f"gate {verdict.gate}" if verdict else "gate"
    words, tone = _GATE[event.kind]
    whose = f" on {verdict.whose}" if verdict and verdict.whose else ""
    return EventText(f"{name} {words}{whose}", tone)


_GATE: dict[str, tuple[str, Tone]] = {
    "gate.passed": ("passed", "muted"),
    "gate.failed": ("failed", "warn"),
    "gate.flaky": ("is flaky: it has passed and failed", "warn"),
    "gate.overruled": ("was overruled by the operator", "critical"),
}
_CLONE = {
    "clone.appeared": "appeared",
    "clone.renamed": "is known by a new name",
    "clone.remotes-changed": "has other remotes",
}


def _clone_said(event: Event) -> EventText:
    name = event.data.clone.name if event.data.clone else ""
    return EventText(f"clone {name} {_CLONE[event.kind]}", "muted")


def _task_said(event: Event) -> EventText:
    task = event.data.task
    if task is None:
        return _kind_said(event)
    match event.kind:
        case "task.started":
            return EventText(f"started: {task.description}", "strong")
        case "task.phase-advanced":
            return EventText(f"phase {task.phase}")
        case "task.landing":
            return EventText(f"landing {', '.join(task.landing)}", "warn")
        case "task.moved":
            return EventText(f"moved to {task.working_directory}")
        case _:
            return EventText(f"completed: {task.summary}", "ok")


def _chamber_said(event: Event) -> EventText:
    chamber = event.data.chamber
    match event.kind:
        case kind if chamber is not None and kind in _OF_CHAMBER:
            said = _OF_CHAMBER[kind](chamber)
        case "chamber.created":
            said = EventText(f"created on {chamber.branch if chamber else ''}")
        case "chamber.moved":
            said = EventText(f"moved to {chamber.path if chamber else ''}")
        case "chamber.branch-renamed":
            said = EventText(f"branch renamed to {chamber.branch if chamber else ''}", "warn")
        case "chamber.saved-late":
            ref = chamber.saved_ref if chamber else ""
            said = EventText(f"files written after it was closed saved as {ref}", "warn")
        case "chamber.failed":
            said = EventText(f"failed: {chamber.note if chamber else ''}", "critical")
        case _:
            said = _closed_said(chamber)
    return said


def _closed_said(chamber: Chamber | None) -> EventText:
    if chamber is not None and chamber.has_landed:
        return EventText("closed: all of its work has landed", "ok")
    saved = f", saved as {chamber.saved_ref}" if chamber and chamber.saved_ref else ""
    return EventText(f"closed{saved}", "muted")


_WORK: dict[Work, str] = {
    "": "work unknown",
    "none": "has no changes",
    "uncommitted": "has uncommitted changes",
    "committed": "has committed all its changes",
}


def _published_said(commit: str) -> EventText:
    said = f"published for other clones: {commit[:12]}" if commit else "no longer published"
    return EventText(said, "muted")


def _handover_said(fault: str) -> EventText:
    if fault:
        return EventText(f"could not be handed over: {fault}", "critical")
    return EventText("handed over to the clone that lands it", "muted")


def _usage_said(spent: Spent) -> EventText:
    return EventText(f"its subagents have used {amount_in_short(spent) or 'nothing'}", "muted")


def _health_said(health: tuple[str, ...]) -> EventText:
    return EventText("; ".join(health), "warn") if health else EventText("healthy again", "ok")


_OF_CHAMBER: dict[str, Callable[[Chamber], EventText]] = {
    "chamber.health-changed": lambda chamber: _health_said(chamber.health),
    "chamber.judged": lambda chamber: EventText(
        verdict_words(chamber.verdict) or "no longer judged by a gate",
        "muted" if chamber.verdict in (*PROVEN, AWAITED) else "warn",
    ),
    "chamber.prepared": lambda chamber: (
        EventText(setup_words(chamber.setup_fault), "warn")
        if chamber.setup_fault
        else EventText("prepared by the setup of orchestra.toml", "muted")
    ),
    "chamber.work-changed": lambda chamber: EventText(_WORK[chamber.work], "muted"),
    "chamber.usage-counted": lambda chamber: _usage_said(total(chamber.subagents_spent.values())),
    "chamber.published": lambda chamber: _published_said(chamber.published),
    "chamber.handed-over": lambda chamber: _handover_said(chamber.handover_fault),
}


def _interrupt_said(event: Event) -> EventText:
    interrupt = event.data.interrupt
    message = interrupt.message if interrupt else ""
    match event.kind:
        case "interrupt.sent":
            how = interrupt.requires if interrupt else "review"
            return EventText(f"✉ sent{'' if how == 'review' else f', {how}'}: {message}", "warn")
        case "interrupt.cancelled":
            return EventText(f"✉ cancelled: {message}", "muted")
        case _:
            note = interrupt.note if interrupt else ""
            return EventText(f"✉ {note or 'expired'}", "warn" if note else "muted")


def _request_said(event: Event) -> EventText:
    request = event.data.request
    if request is None:
        return _kind_said(event)
    match event.kind:
        case "request.asked":
            verb = "asks" if request.kind == "question" else "asks for"
            return EventText(f"{REQUEST.text} {verb} {asked_in_short(request)}", "warn")
        case "request.answered":
            return EventText(f"{REQUEST.text} answered: {answer_in_short(request)}", "ok")
        case _:
            return EventText(f"{REQUEST.text} withdrawn: {request.note}", "muted")


def _worker_said(event: Event) -> EventText:
    worker = event.data.worker
    if worker is None:
        return _kind_said(event)
    match event.kind:
        case "worker.start-asked":
            return EventText(f"▶ start {worker.agent}{f': {worker.text}' if worker.text else ''}")
        case "worker.turn-ended":
            used = amount_in_short(worker.last_turn)
            words = f": {worker.last_words}" if worker.last_words else ""
            return EventText(f"▶ turn ended{words}{f' ({used})' if used else ''}")
        case "worker.limit-neared":
            return EventText(f"▶ {event.data.action}", "warn")
        case "worker.paused":
            return EventText(f"▶ paused: {worker.last_words}", "warn")
        case _:
            tone: Tone = "critical" if worker.reason in ("failed", "not-resumed") else "muted"
            return EventText(f"▶ {worker.agent} ended: {end_in_short(worker)}", tone)


_CONFLICT: dict[str, EventText] = {
    "collision.appeared": EventText(f"{conflict_lines.SIGN} conflicts with", "warn"),
    "collision.changed": EventText(f"{conflict_lines.SIGN} still conflicts with", "warn"),
    "collision.cleared": EventText("no longer conflicts with", "ok"),
}


def _conflict_said(event: Event) -> EventText:
    verb = _CONFLICT[event.kind]
    if event.data.conflict is None:
        return verb
    return EventText(
        conflict_lines.feed_text(event.data.conflict, event.chamber, verb.text), verb.tone
    )


_SAYERS: dict[str, Callable[[Event], EventText]] = {
    "program": _program_said,
    "checkout": _checkout_said,
    "clone": _clone_said,
    "gate": _gate_said,
    "task": _task_said,
    "chamber": _chamber_said,
    "discovery": _discovery_said,
    "interrupt": _interrupt_said,
    "request": _request_said,
    "worker": _worker_said,
    "collision": _conflict_said,
}
