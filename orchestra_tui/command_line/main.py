# ruff: noqa: PLC0415 - only the command that runs is imported
"""The script `orchestra`: parses its arguments, runs one command, and returns an exit code."""

import io
import os
import signal
import sys
from collections.abc import Sequence

from orchestra_core.errors import BadInput, OrchestraError, unavailable
from orchestra_core.settings import Settings, read_settings
from orchestra_core.text import one_line
from orchestra_tui.command_line.arguments import Options, read_options
from orchestra_tui.command_line.command_context import CommandContext

_FAILED = 1
_MISUSED = 2
_SIGNALLED = 128  # shells add this to a signal's number


def main(arguments: Sequence[str] | None = None, typed_at: int | None = None) -> int:
    """Run one command; every error is one line on stderr.

    `typed_at`, in milliseconds, is when a daemon was asked for it, which may have run it.
    """
    # A terminal that cannot show a character is not a reason to fail.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        words = sys.argv[1:] if arguments is None else list(arguments)
        code = _names(words)
        if code is None:
            code = _run(read_options(words), typed_at)
        sys.stdout.flush()
    except BadInput as error:
        return _complain(error, _MISUSED)
    except BrokenPipeError:
        # The reader is gone. Python would report that again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _SIGNALLED + signal.SIGPIPE
    except OrchestraError as error:
        return _complain(error, _FAILED)
    except OSError as fault:
        return _complain(unavailable(fault) if fault.filename else fault, _FAILED)
    except KeyboardInterrupt:
        return _SIGNALLED + signal.SIGINT
    return code


def _run(options: Options, typed_at: int | None) -> int:
    place = _place(options, typed_at)
    match options.command:
        case "init":
            from orchestra_tui.command_line.commands import init

            code = init.run(
                place,
                undo=options.undo,
                isolation=options.isolation,
                worktrees=options.worktrees,
                agents=options.agents,
            )
        case "demo":
            from orchestra_tui.command_line.commands import demo

            code = demo.run(headless=options.headless, pace=options.pace)
        case "status":
            from orchestra_tui.command_line.commands import status

            code = status.run(place, as_json=options.json)
        case "interrupt":
            from orchestra_tui.command_line.commands import interrupt

            code = interrupt.run(place, options)
        case "resume":
            from orchestra_tui.command_line.commands import resume

            code = resume.run(place, options)
        case "events":
            from orchestra_tui.command_line.commands import events

            code = events.run(place, options)
        case "serve":
            from orchestra_tui.command_line.commands import serve

            code = serve.run(place, http=options.http, port=options.port)
        case "doctor":
            from orchestra_tui.command_line.commands import doctor

            code = doctor.run(place, as_json=options.json)
        case "down":
            from orchestra_tui.command_line.commands import down

            code = down.run(place)
        case _:
            code = _run_other(place, options)
    return code


def _run_other(place: CommandContext, options: Options) -> int:
    match options.command:
        case "start":
            from orchestra_tui.command_line.commands.chambers import start

            code = start.run(place, options)
        case "stop":
            from orchestra_tui.command_line.commands.chambers import stop

            code = stop.run(place, options)
        case "restore":
            from orchestra_tui.command_line.commands import restore

            code = restore.run(place, options)
        case "answer":
            from orchestra_tui.command_line.commands.requests import answer

            code = answer.run(place, options)
        case "reconcile":
            from orchestra_tui.command_line.commands import reconcile

            code = reconcile.run(place, options)
        case "create" | "diff" | "land" | "close":
            code = _run_for_chambers(place, options)
        case "completion":
            from orchestra_tui.command_line.commands.shell_completion import completion_script

            code = completion_script.run(options.shell)
        case "config":
            from orchestra_tui.command_line.commands.configuration import config

            code = config.run(place, options)
        case "trust":
            from orchestra_tui.command_line.commands.configuration import trust

            code = trust.run(place, options)
        case _:
            from orchestra_tui.command_line.commands import room

            code = room.run(place)
    return code


def _run_for_chambers(place: CommandContext, options: Options) -> int:
    match options.command:
        case "create":
            from orchestra_tui.command_line.commands.chambers.create import run
        case "diff":
            from orchestra_tui.command_line.commands.chambers.diff import run
        case "land":
            from orchestra_tui.command_line.commands.chambers.land import run
        case _:
            from orchestra_tui.command_line.commands.chambers.close import run
    return run(place, options)


def _names(words: list[str]) -> int | None:
    """Answer a shell that completes names; no person types this command."""
    if "__complete" not in words[:3]:
        return None
    from orchestra_tui.command_line.commands.shell_completion import print_names

    return print_names.run(words) if print_names.asks_for_names(words) else None


def _place(options: Options, typed_at: int | None) -> CommandContext:
    settings = read_settings(directory=options.directory)
    if options.command != "config":  # which itself reports all problems
        _tell_problems(settings, is_room=not options.command)
    return CommandContext(options.directory, settings, typed_at)


def _tell_problems(settings: Settings, *, is_room: bool) -> None:
    """Warn of what is ignored in the configuration; the room, which would hide it, refuses."""
    for problem in settings.problems:
        if is_room and problem.own:
            raise BadInput(str(problem))
        sys.stderr.write(f"orchestra: {one_line(str(problem))}\n")


def _complain(error: Exception, code: int) -> int:
    sys.stderr.write(f"orchestra: {one_line(str(error))}\n")
    return code
