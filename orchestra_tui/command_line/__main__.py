"""The script `orchestra`, and `python -m orchestra_tui.command_line`."""

import sys

from orchestra_core.process.process_start import prepare_process


def main() -> int:
    """Run one command and answer its exit code."""
    prepare_process()
    from orchestra_tui.command_line.ask_warm import answered_warm  # noqa: PLC0415 - nothing before

    code = answered_warm(sys.argv[1:])
    if code is None:
        from orchestra_tui.command_line.main import main as run  # noqa: PLC0415 - slow to import

        code = run()
    return code


if __name__ == "__main__":
    sys.exit(main())
