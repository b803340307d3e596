"""The detail area's texts: everything that is known of a task or a discovery."""

from collections.abc import Sequence

from orchestra_core.clock import local_day
from orchestra_core.models import Chamber, Discovery, Interrupt, Phase, Presence, Task
from orchestra_core.wording.ages import age, elapsed, precise_duration, time_of_day
from orchestra_core.wording.started_workers import spent_in_short
from orchestra_core.workers.spend_totals import spent_in_chambers
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.conflict_lines import conflict_sentence
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.rows.chamber_rows import badges_of, doing_cell
from orchestra_tui.presentation.rows.symbols import (
    MAIL,
    PRESENCE,
    SEVERITY,
    TASK,
    chamber_cell,
)
from orchestra_tui.presentation.text_fit import fit, plain, text_lines

LABEL_WIDTH = 11
SHORT_COMMIT = 10


def field(label: str, *value: Cell) -> Line:
    """Return a labelled line; labels are padded so that the values are aligned."""
    return (Cell(label.ljust(LABEL_WIDTH), "muted"), *value)


def heading(word: str) -> list[Line]:
    """Return a blank line and the heading of a part."""
    return [(), (Cell(word, "strong"),)]


def commit_text(commit: str, branch: str) -> str:
    """Return `main at 1a2b3c4d5e`, or the known part of it."""
    short = commit[:SHORT_COMMIT]
    return f"{plain(branch)} at {short}" if branch and short else plain(branch) or short


def task_overview(task: Task, state: IndexedState, now: int) -> list[Line]:
    """Return what a task is about, its progress and who works on it."""
    symbol = TASK[task.state]
    took = elapsed(task.started_at, task.finished_at, now)
    lines: list[Line] = [(Cell(line[0].text, "strong"),) for line in text_lines(task.description)]
    lines.append(())
    since = f"{'took' if task.finished_at else 'for'} {took}"
    lines.append(
        field(
            "state", Cell(f"{symbol.text} {task.state}", symbol.tone), Cell(f"  {since}", "muted")
        )
    )
    reasons = f"  {'; '.join(map(plain, task.reasons))}" if task.reasons else ""
    lines.append(field("level", Cell(task.complexity), Cell(reasons, "muted")))
    if task.base_commit:
        lines.append(field("branch", Cell(commit_text(task.base_commit, task.base_branch))))
    if task.landed_commit:
        lines.append(field("landed", Cell(task.landed_commit[:SHORT_COMMIT], "ok")))
    lines.append(field("id", Cell(task.id)))
    if used := spent_in_short(spent_in_chambers(state.chambers_of(task.id), state.started_workers)):
        lines.append(field("used", Cell(used, "muted")))
        today = state.days.get(local_day(now))
        all_today = spent_in_short(today.spent) if today else ""
        lines += [field("", Cell(f"today, all tasks: {all_today}", "faint"))] if all_today else []
    if task.summary:
        lines += [*heading("Summary"), *text_lines(task.summary)]
    if task.phases:
        lines += [
            *heading("Phases"),
            *(phase_line(phase, task.phase, now) for phase in task.phases),
        ]
    chambers = state.chambers_of(task.id)
    lines += critical_lines(chambers, state)
    lines += heading("Chambers")
    for chamber in chambers:
        lines += _chamber_lines(chamber, state, now)
    return lines if chambers else [*lines, (Cell(empty_panes.CHAMBERS, "muted"),)]


def critical_lines(chambers: Sequence[Chamber], state: IndexedState) -> list[Line]:
    """Return each critical message that somebody has not read, and who has not."""
    unread_by: dict[str, list[str]] = {}
    for chamber in chambers:
        for interrupt in state.workers.critical_of(chamber.id):
            unread_by.setdefault(plain(interrupt.message), []).append(plain(chamber.name))
    if not unread_by:
        return []
    lines = heading("Critical and unread")
    for words, names in unread_by.items():
        lines += [(Cell(words, "critical"),), (Cell(f"  not read by {', '.join(names)}", "warn"),)]
    return lines


def _messages_of(discovery: Discovery, state: IndexedState) -> list[Interrupt]:
    """Return the messages that told others of the discovery."""
    return [
        interrupt
        for chamber in state.chambers_of(discovery.task_id)
        for interrupt in state.mail_of(chamber.id)
        if interrupt.discovery_id == discovery.id
    ]


def _chamber_lines(chamber: Chamber, state: IndexedState, now: int) -> list[Line]:
    """Return what a chamber's worker does and, below it, what its work conflicts with."""
    worker, conflicts = state.worker_of(chamber), state.conflicts_of(chamber.id)
    badges = (Cell(f"  {badge.text}", badge.tone) for badge in badges_of(chamber, state, now)[0])
    name = Cell(f" {fit(chamber.name, 20)} ")
    branch = state.tasks[chamber.task_id].base_branch
    sentences = (conflict_sentence(conflict, chamber.id, branch) for conflict in conflicts)
    symbol = chamber_cell(worker, state.landing.holds_of(chamber.id))
    return [
        (symbol, name, doing_cell(chamber, worker, state), *badges),
        *((Cell(" " * 4), Cell(sentence, "warn")) for sentence in sentences),
    ]


def phase_line(phase: Phase, current: str, now: int) -> Line:
    """Return one phase: finished, current or to come, how long it took, and who ended it."""
    took = elapsed(phase.started_at, phase.finished_at, now)
    by = f"  by {plain(phase.by)}" if phase.by else ""
    if phase.finished_at:
        symbol, tone = Cell("✓", "ok"), "muted"
    elif phase.name == current:
        symbol, tone = Cell("●", "accent"), "plain"
    else:
        symbol, tone = Cell("○", "muted"), "muted"
    name: Tone = "plain" if tone == "plain" else "muted"
    return (symbol, Cell(f" {fit(phase.name, 20)} ", name), Cell(f"{took}{by}", "muted"))


def activity_lines(reports: Sequence[Presence], now: int) -> list[Line]:
    """Return what a worker did, tool by tool, newest first (`reports` are oldest first)."""
    if not reports:
        return [(Cell(empty_panes.ACTIVITY, "muted"),)]
    lines: list[Line] = []
    until = 0
    for report in reversed(reports):
        took = precise_duration(until - report.since) if until else age(report.since, now)
        state = PRESENCE[report.state]
        what = plain(report.tool) if report.state == "working" and report.tool else state.text
        lines.append(
            (
                Cell(time_of_day(report.since), "muted"),
                Cell(f" {fit(took, 6, 'right')}  ", "muted"),
                Cell(fit(what, 12) + " ", state.tone),
                Cell(plain(report.detail)),
            )
        )
        until = report.since
    return lines


def discovery_detail(discovery: Discovery, state: IndexedState, now: int) -> list[Line]:
    """Return a discovery in full: its text, its impact, whom it affects and who has read it."""
    symbol = SEVERITY[discovery.severity]
    lines: list[Line] = [(Cell(line[0].text, "strong"),) for line in text_lines(discovery.text)]
    lines.append(())
    word = "pattern" if discovery.pattern else discovery.severity
    lines.append(field("severity", Cell(f"{symbol.text} {word}", symbol.tone)))
    by = plain(discovery.agent_id)
    where = f"  in {plain(discovery.chamber)}" if discovery.chamber else ""
    lines.append(field("found by", Cell(by), Cell(where, "muted")))
    lines.append(
        field(
            "when",
            Cell(time_of_day(discovery.at)),
            Cell(f"  {age(discovery.at, now)} ago", "muted"),
        )
    )
    affected = ", ".join(map(plain, discovery.affects)) or "all chambers of the task"
    lines.append(field("affects", Cell(affected)))
    for interrupt in _messages_of(discovery, state):
        word = MAIL[interrupt.state]
        for_long = f"  for {age(interrupt.sent_at, now)}" if interrupt.is_unread else ""
        lines.append(
            field(
                "told",
                Cell(plain(interrupt.chamber)),
                Cell(f"  {word.text}", word.tone),
                Cell(for_long, word.tone),
            )
        )
    if discovery.impact:
        lines += [*heading("Impact"), *text_lines(discovery.impact)]
    return lines
