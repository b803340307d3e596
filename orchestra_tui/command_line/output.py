"""How commands print: text from agents made harmless, documents as JSON that programs can read."""

import sys
from collections.abc import Iterable

import msgspec

from orchestra_core.text import clean


def print_lines(lines: Iterable[str]) -> None:
    """Print lines as plain text, without anything a terminal would act upon."""
    for line in lines:
        sys.stdout.write(f"{clean(line)}\n")


def print_document(document: object) -> None:
    """Print a document as indented JSON."""
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.write(encoded.decode() + "\n")


def warn(line: str) -> None:
    """Say something beside the output, on stderr."""
    sys.stderr.write(f"orchestra: {clean(line)}\n")
