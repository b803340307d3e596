"""Logging of a server process: to stderr alone, because stdout is the protocol."""

import logging
import sys


def log_to_stderr() -> None:
    """Send warnings and errors to stderr.

    Call it before an MCPServer is made: its constructor would install a handler of its own.
    """
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s orchestration %(levelname)s %(name)s: %(message)s",
    )
