"""Keeps Python from importing modules from the directory Orchestra was started in.

That directory is the user's repository, whose `mcp.py` or `redis/` would be imported instead of the
library. `python -m` puts it first, and a relative entry in PYTHONPATH leads into it.
"""

import os
import sys

import orchestra_core

_VARIABLE = "PYTHONPATH"


def drop_working_directory() -> None:
    """Remove the working directory and relative entries of PYTHONPATH from the module path.

    Processes started later do not get those entries either. Call this before any other import. The
    folders that Orchestra itself was loaded from remain.
    """
    here = _working_directory()
    if not sys.flags.safe_path and sys.path and sys.path[0] in {"", here}:
        del sys.path[0]
    if os.environ.get(_VARIABLE):
        _drop_relative_entries(os.environ[_VARIABLE].split(os.pathsep), here)


def _drop_relative_entries(entries: list[str], here: str) -> None:
    own = _own_folders()
    relative = {
        os.path.normpath(os.path.join(here, entry)) for entry in entries if _is_relative(entry)
    }
    sys.path[:] = [entry for entry in sys.path if entry not in relative - own]
    remaining = [entry for entry in entries if not _is_relative(entry)] + sorted(relative & own)
    if remaining:
        os.environ[_VARIABLE] = os.pathsep.join(remaining)
    else:
        del os.environ[_VARIABLE]


def _is_relative(entry: str) -> bool:
    return not os.path.isabs(entry)


def _working_directory() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _own_folders() -> set[str]:
    """Return the folders that hold Orchestra's packages: two in a checkout, one when installed."""
    core = os.path.dirname(os.path.dirname(os.path.abspath(orchestra_core.__file__)))
    return {core, os.path.dirname(core)}
