"""The script `orchestra`, and `python -m orchestra_tui.command_line`."""

import sys

from orchestra_core.process.process_start import prepare_process


def main() -> int:
    """Run one command and answer its exit code."""
    prepare_process()
    from orchestra_tui.command_line.main import main as run  # noqa: PLC0415 - nothing before that

    return run()


if __name__ == "__main__":
    sys.exit(main())
