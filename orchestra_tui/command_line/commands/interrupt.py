"""`orchestra interrupt`: sends the operator's message to a chamber's worker, or cancels one."""

from orchestra_core.errors import Unknown
from orchestra_core.names import check_chamber_name
from orchestra_core.replies.interrupts import CancelledInterrupt, SentInterrupt
from orchestra_core.state import ProjectState
from orchestra_core.text import MESSAGE_LIMIT, one_line, required
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.output import print_lines
from orchestra_tui.command_line.run_to_end import run_to_end

_SHOWN = 5


def run(place: CommandContext, options: Options) -> int:
    """Send or cancel the message, and print its state."""
    print_lines(_cancelled(place, options) if options.cancel else _sent(place, options))
    return 0


def _sent(place: CommandContext, options: Options) -> list[str]:
    chamber = check_chamber_name(options.chamber)
    required("TEXT", options.text, MESSAGE_LIMIT)
    sent = run_to_end(_send(place, options))
    again = "was sent already and is still unread" if sent.already_sent else sent.state
    lines = [f"Interrupt {sent.interrupt_id} to {chamber} ({sent.task_id}): {again}."]
    if sent.requires == "suspend":
        lines.append(f"No tool of its worker runs until 'orchestra resume {chamber}'.")
    return [*lines, "'orchestra status' shows it until its worker has read it."]


def _cancelled(place: CommandContext, options: Options) -> list[str]:
    done = run_to_end(_cancel(place, options))
    how = "was cancelled before" if done.already_cancelled else "is cancelled; nobody has read it"
    lines = [f"Interrupt {done.interrupt_id} to {done.chamber} ({done.task_id}) {how}."]
    return [*lines, "Its worker's tools run again."] if done.resumed else lines


async def _send(place: CommandContext, options: Options) -> SentInterrupt:
    async with open_project(place) as context:
        task_id = options.task or task_of(await context.store.snapshot(), options.chamber)
        return await interrupt_worker(
            context,
            task_id=task_id,
            chamber=options.chamber,
            message=options.text,
            requires=options.requires,
        )


async def _cancel(place: CommandContext, options: Options) -> CancelledInterrupt:
    async with open_project(place) as context:
        task_id = options.task or _task_of_mail(await context.store.snapshot(), options.cancel)
        return await cancel_interrupt(context, task_id=task_id, interrupt_id=options.cancel)


def task_of(state: ProjectState, chamber: str) -> str:
    """Return the task of the live chamber of that name: there is never more than one.

    Raises Unknown, with the names of the live chambers.
    """
    live = [chamber for chamber in state.chambers.values() if chamber.is_live]
    for live_chamber in live:
        if live_chamber.name == chamber:
            return live_chamber.task_id
    names = ", ".join(sorted(chamber.name for chamber in live)) or "none"
    raise Unknown(f"there is no live chamber {chamber!r}; live are: {names}")


def _task_of_mail(state: ProjectState, interrupt_id: str) -> str:
    addressed = state.interrupts.get(interrupt_id)
    if addressed is not None:
        return addressed.task_id
    unread = [interrupt for interrupt in state.interrupts.values() if interrupt.is_unread]
    newest = sorted(unread, key=lambda interrupt: -interrupt.sent_at)[:_SHOWN]
    listed = ", ".join(f"{interrupt.id} ({interrupt.chamber})" for interrupt in newest) or "none"
    raise Unknown(f"there is no interrupt {one_line(interrupt_id, 60)!r}; unread are: {listed}")
