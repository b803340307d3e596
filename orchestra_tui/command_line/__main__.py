"""`python -m orchestra_tui.command_line` is `orchestra`."""

import sys

from orchestra_tui.command_line.main import main

if __name__ == "__main__":
    sys.exit(main())
