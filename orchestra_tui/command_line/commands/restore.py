"""`orchestra restore`: restores a closed chamber, or lists saved work."""

import math
from collections.abc import Sequence

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.names import chamber_id, read_saved_ref
from orchestra_core.replies.chambers import RestoredChamber, SavedList, SavedListEntry
from orchestra_server.usecases.chambers.list_saved import list_saved
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_document, print_lines
from orchestra_tui.command_line.run_to_end import run_to_end


def run(place: CommandContext, options: Options) -> int:
    """Restore what is named; without a name, or with --list, change nothing."""
    answer = run_to_end(_answer(place, options))
    if options.json:
        print_document(answer)
    elif isinstance(answer, SavedList):
        print_lines([*(_line(entry) for entry in answer.saved), answer.next_step])
    else:
        print_lines([f"Chamber {answer.chamber} of {answer.task_id} is back: {answer.path}"])
    return 0


async def _answer(place: CommandContext, options: Options) -> SavedList | RestoredChamber:
    async with open_project(place, patience=math.inf) as context:
        if options.listing or not options.saved:
            return await list_saved(context, options.saved.partition("/")[0])
        task_id, chamber, ref = named(options.saved, (await list_saved(context)).saved)
        return await restore_chamber(context, task_id=task_id, chamber=chamber, saved_ref=ref)


def named(words: str, saved: Sequence[SavedListEntry]) -> tuple[str, str, str]:
    """Return the named task, chamber and ref; the ref is "" for a chamber's last save.

    `saved` has the newest first. A name alone must belong to only one chamber. Raises Unknown if
    nothing was saved, and BadInput if several chambers have the name.
    """
    parsed = read_saved_ref(words)
    if parsed is not None:
        return parsed.task_id, parsed.chamber, words
    task_id, slash, chamber = words.partition("/")
    if not slash:
        task_id, chamber = _only_one(words, saved)
    saves = (entry for entry in saved if (entry.task_id, entry.chamber) == (task_id, chamber))
    newest = next(saves, None)
    return task_id, chamber, newest.ref if newest is not None and newest.restorable else ""


def _only_one(words: str, saved: Sequence[SavedListEntry]) -> tuple[str, str]:
    restorable = {chamber_id(entry.task_id, entry.chamber) for entry in saved if entry.restorable}
    matching = sorted(identifier for identifier in restorable if identifier.endswith(f"/{words}"))
    if len(matching) > 1:
        raise BadInput(f"several tasks have a chamber {words!r}; name one: {', '.join(matching)}")
    if not matching:
        listed = ", ".join(sorted(restorable)) or "nothing is"
        raise Unknown(f"nothing was saved from a chamber {words!r}; saved: {listed}")
    task_id, _, chamber = matching[0].partition("/")
    return task_id, chamber


def _line(entry: SavedListEntry) -> str:
    note = f"  ({entry.note})" if entry.note and entry.ref not in entry.note else ""
    return (
        f"{chamber_id(entry.task_id, entry.chamber)}  closed {entry.closed_at}  {entry.ref}{note}"
    )
