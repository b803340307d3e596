"""`orchestra config`: every option and where it is set, a commented file, or yours in an editor."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from orchestra_core.configuration.configuration import Configuration, read_configuration
from orchestra_core.errors import BadInput, Unavailable
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.configuration.config_lines import config_lines
from orchestra_tui.command_line.commands.configuration.default_file import default_file
from orchestra_tui.command_line.commands.configuration.present_options import config_document
from orchestra_tui.command_line.print_output import print_document, print_lines, print_text, warn
from orchestra_tui.room_options import read_room_options

_MISUSED = 2


def run(place: CommandContext, options: Options) -> int:
    """Print what was asked for; 2 if a file has an error."""
    if options.default:
        print_text(default_file())
        return 0
    if options.edit:
        _edit(read_configuration(os.environ, place.directory))
    configuration = read_configuration(os.environ, place.directory)
    room = read_room_options(configuration)
    if not options.edit:
        document = config_document(configuration, room, place.settings)
        if options.json:
            print_document(document)
        else:
            print_lines(config_lines(document))
    sys.stdout.flush()
    for problem in room.problems:
        warn(str(problem))
    return _MISUSED if room.problems else 0


def _edit(configuration: Configuration) -> None:
    """Open the person's file; a new one begins as the commented file."""
    path = next(file.path for file in configuration.files if file.own)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(default_file(), encoding="utf-8")
    command = editor(configuration)
    try:
        ended = subprocess.run([*command, str(path)], check=False)  # noqa: S603 - the person's own
    except OSError as fault:
        raise Unavailable(
            f"the editor {shlex.join(command)} did not start ({fault.strerror}); set EDITOR"
        ) from fault
    if ended.returncode:
        raise Unavailable(f"the editor {shlex.join(command)} exited with status {ended.returncode}")


def editor(configuration: Configuration) -> list[str]:
    """Return the person's editor: configured, VISUAL, EDITOR, or vi; raises BadInput."""
    configured = configuration.value("editor.command")
    if isinstance(configured, tuple) and configured:
        return [str(Path(configured[0]).expanduser()), *configured[1:]]
    name = "VISUAL" if os.environ.get("VISUAL", "").strip() else "EDITOR"
    command = os.environ.get(name, "")
    try:
        return shlex.split(command) or ["vi"]
    except ValueError as fault:
        raise BadInput(f"{name} {command!r} is not a command ({fault}); fix its quotes") from fault
