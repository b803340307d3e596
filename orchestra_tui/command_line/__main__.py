"""The script `orchestra`, and `python -m orchestra_tui.command_line`."""

import sys

from orchestra_core.import_path import drop_working_directory


def main() -> int:
    """Run one command and answer its exit code."""
    drop_working_directory()
    from orchestra_tui.command_line.main import main as run  # noqa: PLC0415 - nothing before that

    return run()


if __name__ == "__main__":
    sys.exit(main())
