"""`orchestra diff`: a chamber's diff, in the operator's pager on a terminal."""

import math
import os
import shutil
import sys

from orchestra_core.replies.review import ChamberDiff
from orchestra_core.text import clean
from orchestra_server.commands.chambers.diff import diff_note, diff_of_named_chamber
from orchestra_server.usecases.review.read_diff import DiffReading, as_unicode
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.interaction.diff_colors import colored_diff
from orchestra_tui.command_line.interaction.pager import page, read_diff_taste
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_document, warn
from orchestra_tui.command_line.run_to_end import run_to_end


def run(place: CommandContext, options: Options) -> int:
    """Print the diff: exactly as git does, but on a terminal as text that cannot act on it."""
    reading = DiffReading(
        part=options.part,
        with_files=options.json,
        stat=options.stat and not options.json,
        columns=shutil.get_terminal_size().columns,
    )
    diff = run_to_end(_read(place, options, reading))
    if options.json:
        print_document(as_unicode(diff))
        return 0
    if sys.stdout.isatty():
        text, taste = clean(diff.diff), read_diff_taste(place.directory)
        page(taste.pager, colored_diff(text) if taste.color and not options.stat else text)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(diff.diff))
    note = diff_note(diff)
    if note:
        sys.stdout.flush()
        warn(note)
    return 0


async def _read(place: CommandContext, options: Options, reading: DiffReading) -> ChamberDiff:
    async with open_project(place, patience=math.inf) as context:
        return await diff_of_named_chamber(context, options.chamber, options.task, reading)
