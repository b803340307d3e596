"""`orchestra diff`: what a chamber changed since its base, or what it landed."""

from orchestra_core.names import split_chamber_id
from orchestra_core.replies.review import ChamberDiff
from orchestra_server.operator_commands.find_named import chamber_named
from orchestra_server.usecases.common.lookups import task_in
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.review.read_diff import DiffReading, read_diff


async def diff_of_named_chamber(
    context: Context, chamber: str, task: str, reading: DiffReading
) -> ChamberDiff:
    """Return the diff of the named chamber."""
    task_id = task or split_chamber_id(chamber)[0]
    state = await context.store.snapshot(*([task_id] if task_id else []))  # it may be archived
    meant = chamber_named(state, chamber, task)
    return await read_diff(context, task_in(state, meant.task_id), meant, reading)


def diff_note(diff: ChamberDiff) -> str:
    """Return, in one line, what the diff leaves out or why it is empty; "" if it is complete."""
    if diff.uncommitted:
        files = "1 file is" if diff.uncommitted == 1 else f"{diff.uncommitted} files are"
        return (
            f"{files} not committed in {diff.chamber}; "
            f"see 'orchestra diff {diff.chamber} --uncommitted' or --all"
        )
    if diff.diff or diff.files:
        return ""
    if diff.part == "uncommitted":
        return f"nothing of {diff.chamber} is uncommitted"
    return f"{diff.chamber} has changed nothing"
