"""`orchestra interrupt`: sends the operator's message to a chamber's worker, or cancels one."""

from orchestra_core.errors import Unknown
from orchestra_core.names import check_chamber_name
from orchestra_core.state import ProjectState
from orchestra_core.text import MESSAGE_LIMIT, as_lines, one_line, required
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker

_SHOWN = 5


def check_interrupt(chamber: str, text: str) -> None:
    """Raise BadInput for an impossible name or message."""
    check_chamber_name(chamber)
    required("TEXT", text, MESSAGE_LIMIT)


async def sent_lines(
    context: Context,
    chamber: str,
    text: str,
    requires: str,
    task: str,
    *,
    typed_at: int | None = None,
) -> str:
    """Send the message, unless it was sent since the command was typed; return what to print."""
    task_id = task or task_of(await context.store.snapshot(), chamber)
    sent = await interrupt_worker(
        context,
        task_id=task_id,
        chamber=chamber,
        message=text,
        requires=requires,
        asked_at=typed_at,
    )
    is_repeat = sent.already_sent and sent.state in ("sent", "posted")
    again = "was sent already and is still unread" if is_repeat else sent.state
    lines = [f"Interrupt {sent.interrupt_id} to {chamber} ({sent.task_id}): {again}."]
    if sent.requires == "suspend":
        lines.append(f"No tool of its worker runs until 'orchestra resume {chamber}'.")
    return as_lines([*lines, "'orchestra status' shows it until its worker has read it."])


async def cancelled_lines(context: Context, interrupt_id: str, task: str) -> str:
    """Cancel an unread message and return the lines to print."""
    task_id = task or _task_of_mail(await context.store.snapshot(), interrupt_id)
    done = await cancel_interrupt(context, task_id=task_id, interrupt_id=interrupt_id)
    how = "was cancelled before" if done.already_cancelled else "is cancelled; nobody has read it"
    lines = [f"Interrupt {done.interrupt_id} to {done.chamber} ({done.task_id}) {how}."]
    return as_lines([*lines, "Its worker's tools run again."] if done.resumed else lines)


def task_of(state: ProjectState, chamber: str) -> str:
    """Return the task of the live chamber with that name; there is at most one.

    Raises Unknown, with the names of the live chambers.
    """
    live = [chamber for chamber in state.chambers.values() if chamber.is_live]
    for live_chamber in live:
        if live_chamber.name == chamber:
            return live_chamber.task_id
    names = ", ".join(sorted(chamber.name for chamber in live)) or "none"
    raise Unknown(f"there is no live chamber {chamber!r}; the live ones are: {names}")


def _task_of_mail(state: ProjectState, interrupt_id: str) -> str:
    named = state.interrupts.get(interrupt_id)
    if named is not None:
        return named.task_id
    unread = [interrupt for interrupt in state.interrupts.values() if interrupt.is_unread]
    newest = sorted(unread, key=lambda interrupt: -interrupt.sent_at)[:_SHOWN]
    listed = ", ".join(f"{interrupt.id} ({interrupt.chamber})" for interrupt in newest) or "none"
    raise Unknown(
        f"there is no interrupt {one_line(interrupt_id, 60)!r}; the unread ones are: {listed}"
    )
