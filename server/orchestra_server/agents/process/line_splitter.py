"""Splits an agent's output into lines, in bounded memory."""

from typing import NamedTuple

LINE_LIMIT = 4_000_000  # bytes; a longer line is cut
HEAD = 4_096  # what is kept of a cut line


class OutputLine(NamedTuple):
    """A line without its line end; `size` is larger than its length if it was cut."""

    content: bytes
    size: int

    @property
    def is_cut(self) -> bool:
        """Whether this is only the beginning of the line."""
        return self.size > len(self.content)


class LineSplitter:
    """Takes chunks and returns the lines that they complete."""

    def __init__(self, limit: int = LINE_LIMIT, head: int = HEAD) -> None:
        self._limit, self._head = limit, head
        self._begun = bytearray()
        self._dropped = 0

    def feed(self, chunk: bytes) -> list[OutputLine]:
        """Return the lines that end in this chunk."""
        *ended, begun = chunk.split(b"\n")
        lines: list[OutputLine] = []
        for part in ended:
            self._add(part)
            lines.append(self._take())
        self._add(begun)
        return lines

    def rest(self) -> list[OutputLine]:
        """Return the last line if it has no line end, else []."""
        return [self._take()] if self._begun else []

    def _add(self, part: bytes) -> None:
        if self._dropped:
            self._dropped += len(part)
            return
        self._begun += part
        if len(self._begun) > self._limit:
            self._dropped = len(self._begun) - self._head
            del self._begun[self._head :]

    def _take(self) -> OutputLine:
        line = OutputLine(bytes(self._begun), len(self._begun) + self._dropped)
        self._begun, self._dropped = bytearray(), 0
        return line
