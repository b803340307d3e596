"""interrupt_worker: a message that stops the worker of one chamber at its next tool call."""

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Interrupt
from orchestra_core.store.reads import Reads
from orchestra_core.text import MESSAGE_LIMIT, required
from orchestra_server.conductor.aftermath import show_change
from orchestra_server.conductor.arguments import checked_requires
from orchestra_server.conductor.context import NOTHING, Context, Decision, settle
from orchestra_server.conductor.decisions.mail import UNREAD, interrupt_id, sent
from orchestra_server.conductor.known import read_chamber, read_task
from orchestra_server.conductor.replies import SentInterrupt


async def interrupt_worker(
    context: Context, *, task_id: str, chamber: str, message: str, requires: str = "review"
) -> SentInterrupt:
    """Send a message; the identical one that is still unread is answered and not sent again.

    Raises Unknown for a chamber that is not there and Refused for one without a worker.
    """
    text = required("message", message, MESSAGE_LIMIT)
    wanted = checked_requires(requires)

    async def decide(reads: Reads) -> Decision[tuple[Interrupt, bool]]:
        task = await read_task(reads, task_id)
        room = await read_chamber(reads, task, chamber)
        _require_live(room)
        number = 1
        while True:
            identifier = interrupt_id(room, text, wanted, number)
            known = await reads.interrupt(identifier)
            if known is None:
                break
            if known.state in UNREAD:
                return Decision((known, True), NOTHING)
            number += 1
        new = Interrupt(
            id=identifier,
            task_id=task_id,
            chamber=chamber,
            message=text,
            requires=wanted,
            actor=context.actor,
            sent_at=context.clock(),
        )
        return Decision((new, False), Change(events=(sent(new),)))

    interrupt, already_sent = await settle(context.store, decide)
    state = await show_change(context, task_id)
    return _reply(state.interrupts.get(interrupt.id, interrupt), already_sent=already_sent)


def _require_live(chamber: Chamber) -> None:
    if chamber.state != "live":
        raise Refused(
            f"chamber {chamber.name!r} is {chamber.state} and has no worker to interrupt; "
            "get_parallel_status shows which are live"
        )


def _reply(interrupt: Interrupt, *, already_sent: bool) -> SentInterrupt:
    return SentInterrupt(
        task_id=interrupt.task_id,
        interrupt_id=interrupt.id,
        chamber=interrupt.chamber,
        requires=interrupt.requires,
        state=interrupt.state,
        already_sent=already_sent,
        next_step=(
            "The worker is stopped by it at its next tool call. get_parallel_status shows it "
            "among the unread interrupts until it is read; nothing else is to be done."
        ),
    )
