"""What a worker's new report means after the one before it: some events say less than was known."""

from msgspec.structs import replace

from orchestra_core.models import Presence

# A session that ends after one of these ended because of it.
_ENDED_BEFORE = ("failed", "killed")
_DOING = ("working", "waiting")
# Before the mark of a process that has reported once: it may be a shell that the client started.
UNPROVEN = "?"


def merge_report(before: Presence | None, report: Presence) -> Presence:
    """Return the worker's presence after `report`; `before` itself where that says all.

    The end of a session hides no failure, and keeps the worker's last words. A notice that it waits
    for a permission keeps what for. While one agent waits, what another one in the chamber does
    changes nothing. A call that a killed reader has left, and that is read again, is no second one.
    """
    if before is not None and report.is_unprompted and _what(before) == _what(report):
        return before
    report = _with_proven_turn(before, _with_proven_process(before, report))
    if before is None or before.since > report.since:
        return report
    if before.agent_id != report.agent_id:
        others_work = before.state == "waiting" and report.state == "working"
        return before if others_work else report
    if report.state == "finished" and not report.message:
        return (
            before
            if before.state in _ENDED_BEFORE
            else _same_source(before, report, before.message)
        )
    if report.state == "waiting" and before.state in _DOING:
        return _waiting(before, _same_source(before, report))
    return _same_source(before, report)


def _what(presence: Presence) -> tuple[int, str, str, str, str]:
    """Return what tells a report from another one."""
    return presence.since, presence.agent_id, presence.state, presence.tool, presence.detail


def _with_proven_process(before: Presence | None, report: Presence) -> Presence:
    """Return a report whose process is proven once two reports have come from it."""
    if not report.process:
        return report
    is_proven = before is not None and before.process.removeprefix(UNPROVEN) == report.process
    return report if is_proven else replace(report, process=f"{UNPROVEN}{report.process}")


def _with_proven_turn(before: Presence | None, report: Presence) -> Presence:
    """Return a report that proves a turn where the one before it does, or was a call like it.

    A report may be lost: two calls of a session say as much as the prompt that nobody has seen.
    Another session beside one that is at work takes nothing away from that.
    """
    if not report.is_unprompted or before is None or before.since > report.since:
        return report
    is_same_session = before.session == report.session and before.is_active
    are_calls = "starting" not in (before.state, report.state)
    is_proven = before.is_at_work or (is_same_session and are_calls)
    return replace(report, is_unprompted=False) if is_proven else report


def _same_source(before: Presence, report: Presence, message: str = "") -> Presence:
    """Return a report with what one of the same client may lack."""
    return replace(
        report,
        transcript=report.transcript or before.transcript,
        process=report.process or before.process,
        session=report.session or before.session,
        message=report.message or message,
    )


def _waiting(before: Presence, report: Presence) -> Presence:
    """Return what a worker waits for: the tool that it has just called, unless it says better."""
    is_named = bool(report.tool) or not before.tool
    since = before.since if before.state == "waiting" else report.since
    return replace(
        report,
        tool=report.tool if is_named else before.tool,
        detail=report.detail if is_named else before.detail,
        asks=before.asks or report.asks,
        since=since,
    )
