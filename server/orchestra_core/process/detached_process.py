"""Starts a process that outlives its starter, with a log for its output."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PRIVATE = 0o077
INHERIT = -1
LOG_LIMIT = 1_000_000  # bytes; a longer log is emptied at the next start
# The shell exits at once, so that init adopts the process and it never becomes a zombie.
_LAUNCH = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'


def start_detached(
    command: Sequence[str],
    log: Path,
    *,
    directory: Path,
    environ: Mapping[str, str] | None = None,
    inherited: Sequence[int] = (),
    umask: int = PRIVATE,
) -> int:
    """Start a command in a session of its own and return its process id.

    It inherits the descriptors in `inherited`, and this process's umask if `umask` is INHERIT.
    Raises OSError if it cannot be started.
    """
    try:
        launched = subprocess.run(  # noqa: S603 - callers give a command of their own
            ["/bin/sh", "-c", _LAUNCH, "sh", str(log), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            cwd=directory,
            env=environ,
            pass_fds=tuple(inherited),
            start_new_session=True,
            umask=umask,
        )
        return int(launched.stdout)
    except (subprocess.CalledProcessError, ValueError) as error:
        raise OSError(str(error)) from error


def empty_long_log(log: Path) -> int:
    """Make a missing log, empty one that has grown long, and return its size.

    Raises OSError.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_size > LOG_LIMIT:
            os.ftruncate(descriptor, 0)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
