"""Merges a worker's report with the previous one: some events say less than was known."""

from msgspec.structs import replace

from orchestra_core.models import Presence

# A session that ends after one of these has ended because of it.
_ENDED_BEFORE = ("failed", "killed")
_DOING = ("working", "waiting")
# Prefix for the mark of a process that has reported once: it may be a shell of the client's.
UNPROVEN = "?"


def merge_report(before: Presence | None, report: Presence) -> Presence:
    """Return the worker's presence after `report`; `before` itself if nothing changes.

    The end of a session hides no failure and keeps the worker's last message. A notice that it
    waits for a permission keeps the permission. While one agent waits, another agent's reports in
    the chamber change nothing. A call that is read again after a reader was killed does not count
    as a second call.
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
    """Return what distinguishes one report from another."""
    return presence.since, presence.agent_id, presence.state, presence.tool, presence.detail


def _with_proven_process(before: Presence | None, report: Presence) -> Presence:
    """Return a report whose process is proven if two reports have come from it."""
    if not report.process:
        return report
    is_proven = before is not None and before.process.removeprefix(UNPROVEN) == report.process
    return report if is_proven else replace(report, process=f"{UNPROVEN}{report.process}")


def _with_proven_turn(before: Presence | None, report: Presence) -> Presence:
    """Return a report that proves a turn if the previous one did, or was a call as well.

    A report may be lost: two calls of a session prove as much as the prompt that nobody saw.
    Another session does not change that one is at work.
    """
    if not report.is_unprompted or before is None or before.since > report.since:
        return report
    is_same_session = before.session == report.session and before.is_active
    are_calls = "starting" not in (before.state, report.state)
    is_proven = before.is_at_work or (is_same_session and are_calls)
    return replace(report, is_unprompted=False) if is_proven else report


def _same_source(before: Presence, report: Presence, message: str = "") -> Presence:
    """Return a report completed with what a later report of the same client may lack."""
    return replace(
        report,
        transcript=report.transcript or before.transcript,
        process=report.process or before.process,
        session=report.session or before.session,
        message=report.message or message,
    )


def _waiting(before: Presence, report: Presence) -> Presence:
    """Return what a worker waits for: the tool it has just called, unless the report says more."""
    is_named = bool(report.tool) or not before.tool
    since = before.since if before.state == "waiting" else report.since
    return replace(
        report,
        tool=report.tool if is_named else before.tool,
        detail=report.detail if is_named else before.detail,
        asks=before.asks or report.asks,
        since=since,
    )
