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
    changes nothing.
    """
    report = _with_proven_process(before, report)
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


def _with_proven_process(before: Presence | None, report: Presence) -> Presence:
    """Return a report whose process is proven once two reports have come from it."""
    if not report.process:
        return report
    is_proven = before is not None and before.process.removeprefix(UNPROVEN) == report.process
    return report if is_proven else replace(report, process=f"{UNPROVEN}{report.process}")


def _same_source(before: Presence, report: Presence, message: str = "") -> Presence:
    """Return a report with what one of the same client may lack."""
    return replace(
        report,
        transcript=report.transcript or before.transcript,
        process=report.process or before.process,
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
