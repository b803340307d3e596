"""Calls the operator: by the terminal's bell, its notification, and a command of theirs."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Literal

from orchestra_core.text import one_line
from orchestra_tui.presentation.notices import Notice
from orchestra_tui.room_options import NoticeOptions

Desktop = Literal["osc9", "osc777", "off"]
# Terminals that show notifications, by the variables they set; others may print the sequence.
_BY_PROGRAM: Mapping[str, Desktop] = {
    "iTerm.app": "osc9",
    "WezTerm": "osc777",
    "ghostty": "osc777",
}
_BY_TERM: Mapping[str, Desktop] = {
    "xterm-kitty": "osc9",
    "xterm-ghostty": "osc777",
    "foot": "osc777",
    "rxvt-unicode-256color": "osc777",
}
_COMMAND_SECONDS = 10.0


class Announcer:
    """Rings and notifies in the terminal, and starts the person's command."""

    def __init__(
        self,
        options: NoticeOptions,
        write: Callable[[str], object],
        ring: Callable[[], object],
        start: Callable[[Coroutine[Any, Any, None]], object],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._options = options
        self._write = write
        self._ring = ring
        self._start = start
        self._environ = os.environ if environ is None else environ

    def announce(self, notice: Notice) -> None:
        """Call the operator in every configured way."""
        if self._options.bell:
            self._ring()
        sequence = notification(desktop_of(self._options.desktop, self._environ), notice)
        if sequence:
            self._write(passed_through(sequence, self._environ))
        if self._options.command:
            self._start(_run(self._options.command, notice))


def desktop_of(wanted: str, environ: Mapping[str, str]) -> Desktop:
    """Return how to ask this terminal for a notification; "off" if that is unknown."""
    if wanted in {"osc9", "osc777"}:
        return "osc9" if wanted == "osc9" else "osc777"
    if wanted == "off":
        return "off"
    program, term = environ.get("TERM_PROGRAM", ""), environ.get("TERM", "")
    return _BY_PROGRAM.get(program) or _BY_TERM.get(term) or "off"


def notification(desktop: Desktop, notice: Notice) -> str:
    """Return the sequence that asks the terminal to show a notice, "" for none."""
    title, text = (one_line(part, 200).replace(";", ",") for part in notice)
    match desktop:
        case "osc9":
            return f"\x1b]9;{title}: {text}\a"
        case "osc777":
            return f"\x1b]777;notify;{title};{text}\a"
        case "off":
            return ""


def passed_through(sequence: str, environ: Mapping[str, str]) -> str:
    """Return a sequence wrapped so that tmux, if it runs, passes it to the outer terminal."""
    if not environ.get("TMUX"):
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def filled(command: tuple[str, ...], notice: Notice) -> list[str]:
    """Return a command with the notice in place of {title} and {text}."""
    title, text = (one_line(part) for part in notice)
    return [word.replace("{title}", title).replace("{text}", text) for word in command]


async def _run(command: tuple[str, ...], notice: Notice) -> None:
    """Run the person's command; end it if it takes too long. Failures are not reported."""
    with suppress(OSError, ValueError):
        process = await asyncio.create_subprocess_exec(
            *filled(command, notice),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_COMMAND_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
