"""The script `orchestra`, and `python -m orchestra_tui.command_line`."""

import sys
import time

from orchestra_core.process.process_start import prepare_process


def main() -> int:
    """Run one command and return its exit code."""
    prepare_process()
    from orchestra_tui.command_line.daemon_commands.send_to_daemon import answered_warm  # noqa: PLC0415 - nothing before

    typed_at = time.time_ns() // 1_000_000  # like `now_ms`, which takes long to import
    code = answered_warm(sys.argv[1:], typed_at)
    if code is None:
        from orchestra_tui.command_line.main import main as run  # noqa: PLC0415 - slow to import

        code = run(typed_at=typed_at)
    return code


if __name__ == "__main__":
    sys.exit(main())
