"""How the operator is called: exactly these bytes, and this command."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orchestra_tui.presentation.notices import Notice
from orchestra_tui.room_options import NoticeOptions
from orchestra_tui.terminal.announcer import (
    Announcer,
    desktop_of,
    filled,
    notification,
    passed_through,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine

NOTICE = Notice("auth needs you", "permission: Bash a; b")


class Terminal:
    """Hears what is written, and what is started."""

    def __init__(self) -> None:
        self.written = ""
        self.started: list[Coroutine[Any, Any, None]] = []

    def write(self, text: str) -> None:
        self.written += text

    def announcer(self, options: NoticeOptions, **environ: str) -> Announcer:
        return Announcer(
            options, self.write, lambda: self.write("\a"), self.started.append, environ
        )


def test_the_bell_and_the_terminals_notification_are_written() -> None:
    terminal = Terminal()
    terminal.announcer(NoticeOptions(desktop="osc9")).announce(NOTICE)
    assert terminal.written == "\a\x1b]9;auth needs you: permission: Bash a, b\a"
    assert terminal.started == []


def test_everything_can_be_switched_off() -> None:
    terminal = Terminal()
    terminal.announcer(NoticeOptions(bell=False, desktop="off")).announce(NOTICE)
    assert terminal.written == ""


@pytest.mark.parametrize(
    ("wanted", "environ", "desktop"),
    [
        ("auto", {"TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ("auto", {"TERM": "foot"}, "osc777"),
        ("auto", {"TERM": "xterm-256color"}, "off"),
        ("auto", {"TERM_PROGRAM": "tmux", "TERM": "tmux-256color"}, "off"),
        ("osc777", {}, "osc777"),
        ("off", {"TERM_PROGRAM": "iTerm.app"}, "off"),
    ],
)
def test_only_a_terminal_that_is_known_is_sent_a_notification_unasked(
    wanted: str, environ: dict[str, str], desktop: str
) -> None:
    assert desktop_of(wanted, environ) == desktop


def test_a_workers_text_cannot_write_more_than_the_notification() -> None:
    hostile = Notice("a\x07\x1b]0;owned\x07", "b;c\n\x1b[2J")
    assert notification("osc777", hostile) == "\x1b]777;notify;a;b,c\a"


def test_tmux_passes_a_sequence_on() -> None:
    assert passed_through("\x1b]9;x\a", {"TMUX": "/tmp/t"}) == "\x1bPtmux;\x1b\x1b]9;x\a\x1b\\"
    assert passed_through("\x1b]9;x\a", {}) == "\x1b]9;x\a"


def test_the_persons_command_gets_the_words_as_words() -> None:
    notice = Notice("auth needs you", "$(rm -rf /)\n'; x")
    assert filled(("say", "{title}: {text}", "--"), notice) == [
        "say", "auth needs you: $(rm -rf /) '; x", "--",
    ]  # fmt: skip


async def test_the_persons_command_runs_and_one_that_is_missing_is_no_failure(
    tmp_path: Path,
) -> None:
    terminal = Terminal()
    for command in (("touch", str(tmp_path / "{title}")), ("no-such-command",)):
        terminal.announcer(NoticeOptions(bell=False, command=command)).announce(NOTICE)
    await asyncio.gather(*terminal.started)
    assert (tmp_path / "auth needs you").exists()
