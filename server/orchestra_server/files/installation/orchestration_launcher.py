"""Starts Orchestra's MCP server, from any directory, with an interpreter that has it installed.

Written to `.claude/tools/orchestration.py` by `orchestra init`, which records its own interpreter
below. It stands alone and runs on any Python 3, because the client starts it with `python3`.
"""

import os
import sys

# This file is in the project, whose files must not shadow the standard library.
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != HERE]

import shutil
import subprocess

RECORDED = ""
# -P keeps the files of the project it is started in from shadowing libraries.
START = ["-P", "-m", "orchestra_server"]
PROBE = "import importlib.util as u, sys; sys.exit(u.find_spec('orchestra_server') is None)"
ADVICE = (
    "Orchestra is not installed where this can find it; install it with "
    "'pipx install orchestra-control-room', then run 'orchestra init' in this repository"
)


def has_orchestra(python: str) -> bool:
    """Tell whether an interpreter exists, is new enough for -P, and has the server."""
    if not python or not os.access(python, os.X_OK):
        return False
    probe = subprocess.run(  # noqa: S603 - the interpreter that init recorded, or our own
        [python, "-P", "-c", PROBE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return probe.returncode == 0


def main() -> int:
    """Become the server, or say in one line how to install it."""
    arguments = sys.argv[1:]
    for python in (RECORDED, sys.executable):
        if has_orchestra(python):
            os.execv(python, [python, *START, *arguments])  # noqa: S606 - no shell is wanted
    program = shutil.which("orchestra-server")
    if program:
        os.execv(program, [program, *arguments])  # noqa: S606 - as above
    sys.stderr.write(f"{ADVICE}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
