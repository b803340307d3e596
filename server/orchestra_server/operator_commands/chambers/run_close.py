"""`orchestra close`: closes a chamber and says where its work is."""

from orchestra_core.replies.chambers import ClosedChamber
from orchestra_server.operator_commands.find_named import chamber_named
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context


async def close_named_chamber(
    context: Context, chamber: str, task: str = "", *, confirm: bool = False
) -> ClosedChamber:
    """Close the named chamber; with `confirm` even while its worker is at work."""
    meant = chamber_named(await context.store.snapshot(), chamber, task)
    return await close_chamber(context, task_id=meant.task_id, chamber=meant.name, confirm=confirm)


def closed_lines(closed: ClosedChamber) -> list[str]:
    """Return the lines that say where the closed chamber's work is saved and how to restore it."""
    name = f"{closed.task_id}/{closed.chamber}"
    again = "was closed before" if closed.already_closed else "is closed"
    lines = [f"Chamber {closed.chamber} of {closed.task_id} {again}."]
    if closed.saved_ref:
        lines += [
            f"Its work is saved as {closed.saved_ref}",
            f"'orchestra restore {name}' brings it back, 'orchestra diff {name}' shows it.",
        ]
    else:
        lines.append(closed.next_step)
    if closed.branch_kept:
        lines.append(f"Branch {closed.branch} is kept.")
    if unread := len(closed.undelivered):
        lines.append(
            "1 message was never read." if unread == 1 else f"{unread} messages were never read."
        )
    return lines
