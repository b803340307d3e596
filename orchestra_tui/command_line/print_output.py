"""How commands print: agents' text made harmless, documents as JSON for programs."""

import sys
from collections.abc import Iterable

import msgspec

from orchestra_core.text import as_lines, clean


def print_lines(lines: Iterable[str]) -> None:
    """Print lines as plain text, without anything a terminal would act on."""
    sys.stdout.write(as_lines(lines))


def print_text(text: str) -> None:
    """Print a text that is already clean."""
    sys.stdout.write(text)


def print_document(document: object) -> None:
    """Print a document as indented JSON."""
    print_json(msgspec.json.format(msgspec.json.encode(document), indent=2))


def print_json(*encoded: bytes) -> None:
    """Print JSON in UTF-8, whatever the terminal's encoding: programs read it (RFC 8259)."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(document + b"\n" for document in encoded)
    sys.stdout.buffer.flush()


def warn(line: str) -> None:
    """Print a warning on stderr."""
    sys.stderr.write(f"orchestra: {clean(line)}\n")
