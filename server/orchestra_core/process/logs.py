"""Logging of a server or daemon process, to stderr only: stdout is the protocol."""

import logging
import sys


def log_to_stderr(process_name: str) -> None:
    """Send warnings and errors to stderr, with the name of the process.

    Call it before an MCPServer is made: its constructor would install a handler of its own.
    """
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format=f"%(asctime)s {process_name} %(levelname)s %(name)s: %(message)s",
    )
