"""What the room paints: written in order, and never waited for."""

import os
import pty
from collections.abc import Generator
from dataclasses import dataclass, field
from queue import SimpleQueue

import pytest

from orchestra_tui.terminal.output import MOST_WAITING, TerminalOutput

SECONDS = 10.0


@dataclass
class Screen:
    """A terminal's two ends and what has been said of it."""

    master: int
    slave: int
    said: SimpleQueue[str] = field(default_factory=SimpleQueue[str])

    def output(self) -> TerminalOutput:
        made = TerminalOutput(
            self.slave,
            "utf-8",
            lambda: self.said.put("lost"),
            lambda: self.said.put("caught up"),
        )
        made.start()
        return made


@pytest.fixture
def screen() -> Generator[Screen]:
    master, slave = pty.openpty()
    yield Screen(master, slave)
    os.close(slave)


def test_output_is_written_in_order(screen: Screen) -> None:
    output = screen.output()
    for number in range(100):
        output.write(f"{number},")
    output.close(SECONDS)
    assert os.read(screen.master, 4096).decode().startswith("0,1,2,3,4")
    os.close(screen.master)


def test_a_closed_terminal_is_reported_once_and_further_output_is_discarded(screen: Screen) -> None:
    output = screen.output()
    os.close(screen.master)
    for _ in range(1_000):
        output.write("paint")
    output.close(SECONDS)
    assert not output.is_alive()
    assert screen.said.get(timeout=SECONDS) == "lost"
    assert screen.said.empty()


def test_a_terminal_that_does_not_read_blocks_nobody_and_is_repainted_once_it_reads(
    screen: Screen,
) -> None:
    output = screen.output()
    for _ in range(4 * MOST_WAITING // 10_000):
        output.write("x" * 10_000)
    output.write("the last")
    received = b""
    while not received.endswith(b"the last"):
        received += os.read(screen.master, 1 << 16)
    assert len(received) <= 2 * MOST_WAITING
    assert screen.said.get(timeout=SECONDS) == "caught up"
    output.close(SECONDS)
    os.close(screen.master)


def test_closing_does_not_wait_for_a_terminal_that_does_not_read(screen: Screen) -> None:
    output = screen.output()
    output.write("x" * MOST_WAITING)
    output.close(0.01)
    assert output.is_alive()
    os.close(screen.master)
    output.join(SECONDS)
    assert not output.is_alive()
