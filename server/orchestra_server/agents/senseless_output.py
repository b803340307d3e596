"""Counts output that is not a message, and reports it rarely enough that a flood stays readable."""

from orchestra_core.text import one_line
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import Noted

_SHOWN = 200  # characters that are shown of a line


class SenselessOutput:
    """Counts lines; reports the first, the tenth, the hundredth and so on."""

    def __init__(self) -> None:
        self._count, self._bytes, self._next = 0, 0, 1

    def add(self, line: OutputLine) -> tuple[Noted, ...]:
        """Count a line; return the report for it, nothing for most lines."""
        if not line.content.strip():
            return ()
        self._count += 1
        self._bytes += line.size
        if self._count < self._next:
            return ()
        self._next *= 10
        shown = one_line(line.content[: _SHOWN * 4].decode("utf-8", "replace"), _SHOWN)
        lines = "a line" if self._count == 1 else f"{self._count:,} lines"
        return (Noted(f"{lines} of its output ({self._bytes:,} bytes) made no sense: {shown}"),)
