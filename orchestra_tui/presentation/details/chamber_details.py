"""The detail area's texts about a chamber: where it is, what its worker does, and its briefing."""

from collections.abc import Sequence

from orchestra_core.models import Agent, Chamber, WorkerRequest
from orchestra_core.wording.ages import age, elapsed, time_of_day
from orchestra_core.wording.gates import setup_words
from orchestra_core.wording.holds import chamber_word
from orchestra_core.wording.requests import LineKind, asked_in_full
from orchestra_core.wording.started_workers import end_in_short, parts_in_short, spent_in_short
from orchestra_core.wording.titles import task_title
from orchestra_core.worker_state import Group
from orchestra_core.workers.spend_totals import spent_in_chamber
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.conflict_lines import conflict_lines_of, side_lines
from orchestra_tui.presentation.details.task_and_discovery_details import (
    commit_text,
    field,
    heading,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.rows.chamber_rows import diff_cell
from orchestra_tui.presentation.rows.mail_cell import mail_cell
from orchestra_tui.presentation.rows.operator_actions import act_of
from orchestra_tui.presentation.rows.symbols import (
    CHAMBER,
    HEALTH,
    REQUEST,
    SUSPENDED,
    UNPROVEN,
    chamber_cell,
    worker_tone,
)
from orchestra_tui.presentation.text_fit import plain, text_lines

_ASKED_LINES = 60  # the dialog that answers shows all of it
# The label for the reason of a worker's state, by group.
_LABELS: dict[Group, str] = {"needs-you": "needs", "stuck": "with", "working": "runs"}


def chamber_overview(
    chamber: Chamber, state: IndexedState, now: int, conflicting: Sequence[str] = ()
) -> list[Line]:
    """Return what its worker needs or does, what holds it, then where the chamber is.

    `conflicting` are the lines on which the sides of its conflicts disagree, once known.
    """
    lines = [_head(chamber, state, now)]
    if chamber.is_live:
        lines += _worker_lines(chamber, state)
        for request in state.requests_of(chamber.id):
            lines += request_lines(request, now)
        lines += _act_lines(chamber, state)
        lines += [
            field("" if at else "health", Cell(f"{HEALTH.text} {plain(sentence)}", HEALTH.tone))
            for at, sentence in enumerate(chamber.health)
        ]
    task = state.tasks.get(chamber.task_id)
    branch = task.base_branch if task is not None else ""
    for conflict in state.conflicts_of(chamber.id):
        lines += [(), *conflict_lines_of(conflict, chamber.id, branch)]
    lines += side_lines(conflicting)
    lines += [(), *_facts(chamber, state, now)]
    for agent in _agents_in(chamber, state):
        lines += _agent_lines(agent, now)
    return lines


def _head(chamber: Chamber, state: IndexedState, now: int) -> Line:
    """Return a chamber's name, and its worker's state or, once it ended, its own."""
    name = Cell(f"{plain(chamber.name)}  ", "strong")
    if not chamber.is_live:
        symbol = CHAMBER[chamber.state]
        took = elapsed(chamber.created_at, chamber.ended_at, now)
        since = f"  {'lasted' if chamber.ended_at else 'for'} {took}"
        return (name, Cell(f"{symbol.text} {chamber.state}", symbol.tone), Cell(since, "muted"))
    worker = state.worker_of(chamber)
    holds = state.landing.holds_of(chamber.id)
    symbol = chamber_cell(worker, holds)
    words = chamber_word(worker, holds)
    since = Cell(f"  for {age(worker.since, now)}", "muted")
    return (name, Cell(f"{symbol.text} {words}", symbol.tone), since)


def _act_lines(chamber: Chamber, state: IndexedState) -> list[Line]:
    """Return what holds a ready chamber, or what enter does for its worker."""
    holds = state.landing.holds_of(chamber.id)
    lines: list[Line] = [field("held by", Cell(", ".join(holds), "warn"))] if holds else []
    act = act_of(chamber, state.worker_of(chamber), state.requests_of(chamber.id))
    if not act.words or act.enter == "answer":  # the request says how to answer
        return lines
    words = act.words if act.elsewhere else f"enter: {act.label}"
    return [*lines, field("to do", Cell(words, "accent"))]


def _facts(chamber: Chamber, state: IndexedState, now: int) -> list[Line]:
    """Return the other facts: task, mail, changes, and where the chamber is."""
    task = state.tasks.get(chamber.task_id)
    lines: list[Line] = []
    if task is not None:
        lines.append(field("task", Cell(plain(task_title(task.description)))))
    lines += started_agent_lines(chamber, state, now)
    if chamber.is_live:
        presence = state.presence.get(chamber.id)
        lines.append(_hook_line(chamber, proven=chamber.is_proven_ready(presence)))
    if chamber.is_live and chamber.setup_fault:
        lines.append(field("to fix", Cell(plain(setup_words(chamber.setup_fault)), "warn")))
    if chamber.is_live and chamber.ports:
        lines.append(field("ports", Cell(plain(" ".join(chamber.ports)))))
    mail, _ = mail_cell(state.mail_of(chamber.id), now, state.unread_limit)
    lines.append(field("mail", mail if mail.text else Cell("none", "muted")))
    diff = diff_cell(state.diffs.get(chamber.id))
    lines.append(field("changes", diff if diff.text else Cell("not measured yet", "muted")))
    lines.append(field("branch", Cell(plain(chamber.branch))))
    if chamber.base_commit:
        lines.append(field("started at", Cell(commit_text(chamber.base_commit, ""))))
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
        lines.append(field("note", Cell(plain(chamber.note), CHAMBER[chamber.state].tone)))
    return lines


def started_agent_lines(chamber: Chamber, state: IndexedState, now: int) -> list[Line]:
    """Return which agent Orchestra runs or ran there, and what it has used."""
    worker = state.started_workers.get(chamber.id)
    used = spent_in_short(spent_in_chamber(chamber, worker))
    used_lines = [field("used", Cell(used, "muted"))] if used else []
    if worker is None:
        return used_lines
    words = end_in_short(worker) if worker.is_over else worker.state
    since = Cell(f"  for {age(worker.since, now)}", "muted")
    policy = Cell(f"  {worker.policy}", "muted")
    lines = [field("agent", Cell(plain(f"{worker.agent}, {words}")), since, policy)]
    parts = parts_in_short(worker, chamber.subagents_spent)
    return lines + used_lines + [field("", Cell(part, "faint")) for part in parts]


def _worker_lines(chamber: Chamber, state: IndexedState) -> list[Line]:
    """Return the reason of the worker's state, its last message, and whether its tools run."""
    presence = state.presence.get(chamber.id)
    worker = state.worker_of(chamber)
    said = presence.message if presence else ""
    lines: list[Line] = []
    if worker.reason and worker.reason != plain(said):
        reason = Cell(plain(worker.reason), worker_tone(worker))
        lines.append(field(_LABELS.get(worker.group, ""), reason))
    if presence and presence.since:
        lines.append(field("since", Cell(time_of_day(worker.since), "muted")))
    lines += [field("" if at else "message", *line) for at, line in enumerate(text_lines(said))]
    if chamber.suspended_at:
        by = state.interrupts.get(chamber.suspended_by)
        told = f" by {plain(by.actor)}: {plain(by.message)}" if by else ""
        lasting = f"{SUSPENDED.text} since {time_of_day(chamber.suspended_at)}{told}"
        lines.append(field("tools", Cell(lasting, SUSPENDED.tone)))
        lines.append(field("", Cell("its tools are blocked; press r to resume", "muted")))
    return lines


def request_lines(request: WorkerRequest, now: int) -> list[Line]:
    """Return everything a worker asks, and how to answer."""
    tones: dict[LineKind, Tone] = {"removed": "critical", "added": "ok", "muted": "muted"}
    head = f"{REQUEST.text} {plain(request.tool)}, {age(request.asked_at, now)} ago"
    asked = [
        field("", Cell(plain(line.marked), tones.get(line.kind, "plain")))
        for line in asked_in_full(request)[:_ASKED_LINES]
    ]
    how = Cell(f"press enter on its row, or run: orchestra answer {plain(request.id)}", "muted")
    return [field("asks", Cell(head, REQUEST.tone)), *asked, field("", how)]


def _hook_line(chamber: Chamber, *, proven: bool) -> Line:
    note = f": {plain(chamber.ready_note)}" if chamber.ready_note else ""
    if proven:
        return field("hook", Cell(f"✓ ready{note}", "ok" if not note else "plain"))
    return field(
        "hook",
        Cell(
            f"{UNPROVEN.text}{note or ': it has not answered yet'}; its worker may get no mail",
            "warn",
        ),
    )


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
