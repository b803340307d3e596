"""`orchestra reconcile`: finds and repairs differences between the store, git and the disk."""

from orchestra_core.replies.reconcile import Reconciled, ReconciledDifference
from orchestra_server.usecases.reconcile.reconcile import reconcile
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_document, print_lines
from orchestra_tui.command_line.run_to_end import run_to_end


def run(place: CommandContext, options: Options) -> int:
    """Compare and repair; 1 when something could not be repaired."""
    reconciled = run_to_end(_reconcile(place, dry_run=options.dry_run))
    if options.json:
        print_document(reconciled)
    else:
        print_lines(
            [*(_line(difference) for difference in reconciled.differences), reconciled.next_step]
        )
    return int(any(difference.note for difference in reconciled.differences))


async def _reconcile(place: CommandContext, *, dry_run: bool) -> Reconciled:
    async with open_project(place, follow_move=False) as context:
        return await reconcile(context, dry_run=dry_run)


def _line(difference: ReconciledDifference) -> str:
    sign = "repaired" if difference.mended else "found"
    why = f" ({difference.note})" if difference.note else ""
    return f"{sign}: {difference.sentence}; {difference.mending}{why}"
