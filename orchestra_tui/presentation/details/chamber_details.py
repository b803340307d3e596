"""The detail area's texts on a chamber: where it is, what its worker does, and its briefing."""

from orchestra_core.models import Agent, Chamber, WorkerRequest
from orchestra_core.wording.ages import age, elapsed, time_of_day
from orchestra_core.wording.requests import LineKind, asked_in_full
from orchestra_core.wording.states import worker_word
from orchestra_core.worker_state import Group
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.conflict_lines import conflict_lines_of
from orchestra_tui.presentation.details.task_and_discovery_details import (
    commit_text,
    field,
    heading,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.rows.chamber_rows import diff_cell
from orchestra_tui.presentation.rows.mail_cell import mail_cell
from orchestra_tui.presentation.rows.symbols import (
    CHAMBER,
    HEALTH,
    REQUEST,
    SUSPENDED,
    UNPROVEN,
    worker_cell,
    worker_tone,
)
from orchestra_tui.presentation.text_fit import plain, text_lines

_ASKED_LINES = 60  # the dialog that answers has all of it
# What the reason of a worker's state is called, by its group.
_LABELS: dict[Group, str] = {"needs-you": "needs", "stuck": "with", "working": "runs"}


def chamber_overview(chamber: Chamber, state: IndexedState, now: int) -> list[Line]:
    """Return where a chamber is, what its worker does, and its state."""
    symbol = CHAMBER[chamber.state]
    took = elapsed(chamber.created_at, chamber.ended_at, now)
    since = f"  {'lasted' if chamber.ended_at else 'for'} {took}"
    mail, _ = mail_cell(state.mail_of(chamber.id), now, state.unread_limit)
    lines: list[Line] = [
        field("chamber", Cell(plain(chamber.name), "strong")),
        field("state", Cell(f"{symbol.text} {chamber.state}", symbol.tone), Cell(since, "muted")),
    ]
    if chamber.is_live:
        lines += _worker_lines(chamber, state, now)
        for request in state.requests_of(chamber.id):
            lines += request_lines(request, now)
        lines += [
            field("" if at else "health", Cell(f"{HEALTH.text} {plain(sentence)}", HEALTH.tone))
            for at, sentence in enumerate(chamber.health)
        ]
    lines.append(field("mail", mail if mail.text else Cell("none", "muted")))
    diff = diff_cell(state.diffs.get(chamber.id))
    lines.append(field("changes", diff if diff.text else Cell("not measured yet", "muted")))
    lines.append(field("branch", Cell(plain(chamber.branch))))
    if chamber.base_commit:
        lines.append(field("base", Cell(commit_text(chamber.base_commit, ""))))
    lines.append(field("path", Cell(plain(chamber.path))))
    place = state.place_elsewhere(chamber, now)
    if place is not None:
        heard = Cell(f"  {place.heard}", "muted" if place.served else "warn")
        lines.append(field("clone", Cell(plain(place.name)), heard))
    elif chamber.host:
        lines.append(field("host", Cell(plain(chamber.host))))
    if chamber.saved_ref:
        lines.append(field("saved as", Cell(plain(chamber.saved_ref), "accent")))
    if chamber.note:
        lines.append(field("note", Cell(plain(chamber.note), symbol.tone)))
    for conflict in state.conflicts_of(chamber.id):
        lines += [(), *conflict_lines_of(conflict, chamber.id)]
    for agent in _agents_in(chamber, state):
        lines += _agent_lines(agent, now)
    return lines


def _worker_lines(chamber: Chamber, state: IndexedState, now: int) -> list[Line]:
    """Return what the worker does and says, since when, and whether mail reaches it."""
    presence = state.presence.get(chamber.id)
    worker = state.worker_of(chamber)
    said = presence.message if presence else ""
    symbol = worker_cell(worker)
    for_long = Cell(f"  for {age(worker.since, now)}", "muted")
    tone = worker_tone(worker)
    lines: list[Line] = [
        field("worker", Cell(f"{symbol.text} {worker_word(worker)}", symbol.tone), for_long)
    ]
    if worker.reason and worker.reason != plain(said):
        lines.append(field(_LABELS.get(worker.group, ""), Cell(plain(worker.reason), tone)))
    if presence and presence.since:
        lines.append(field("since", Cell(time_of_day(worker.since), "muted")))
    lines += [field("" if at else "message", *line) for at, line in enumerate(text_lines(said))]
    if chamber.suspended_at:
        by = state.interrupts.get(chamber.suspended_by)
        told = f" by {plain(by.actor)}: {plain(by.message)}" if by else ""
        lasting = f"{SUSPENDED.text} since {time_of_day(chamber.suspended_at)}{told}"
        lines.append(field("tools", Cell(lasting, SUSPENDED.tone)))
        lines.append(field("", Cell("its tools are blocked; press r to resume", "muted")))
    return [*lines, _hook_line(chamber, proven=chamber.is_proven_ready(presence))]


def request_lines(request: WorkerRequest, now: int) -> list[Line]:
    """Return all that a worker asks, and how to answer."""
    tones: dict[LineKind, Tone] = {"removed": "critical", "added": "ok", "muted": "muted"}
    head = f"{REQUEST.text} {plain(request.tool)}, {age(request.asked_at, now)} ago"
    asked = [
        field("", Cell(plain(line.marked), tones.get(line.kind, "plain")))
        for line in asked_in_full(request)[:_ASKED_LINES]
    ]
    how = Cell(f"press A to answer, or: orchestra answer {plain(request.id)}", "muted")
    return [field("asks", Cell(head, REQUEST.tone)), *asked, field("", how)]


def _hook_line(chamber: Chamber, *, proven: bool) -> Line:
    note = f": {plain(chamber.ready_note)}" if chamber.ready_note else ""
    if proven:
        return field("hook", Cell(f"✓ ready{note}", "ok" if not note else "plain"))
    return field("hook", Cell(f"{UNPROVEN.text}{note or ': it has not answered yet'}", "warn"))


def briefing_lines(chamber: Chamber) -> list[Line]:
    """Return what a chamber's worker was told to do."""
    return text_lines(chamber.brief) or [(Cell(empty_panes.BRIEFING, "muted"),)]


def _agents_in(chamber: Chamber, state: IndexedState) -> list[Agent]:
    agents = (
        agent
        for agent in state.agents.values()
        if agent.task_id == chamber.task_id and agent.chamber == chamber.name
    )
    return sorted(agents, key=lambda agent: -agent.last_at)


def _agent_lines(agent: Agent, now: int) -> list[Line]:
    count = f"{agent.actions} action{'' if agent.actions == 1 else 's'}"
    lines: list[Line] = [*heading(plain(agent.agent_id))]
    lines.append(field("recorded", Cell(count), Cell(f"  {age(agent.last_at, now)} ago", "muted")))
    if agent.last_action:
        lines.append(field("last", Cell(plain(agent.last_action))))
    if agent.last_result:
        lines.append(field("result", Cell(plain(agent.last_result))))
    return lines
