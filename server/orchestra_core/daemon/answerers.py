"""Who can answer workers' requests: each such process locks a file of its own.

A hook that asks checks whether any lock is held (`files/hook/requests/ask_operator.py`); the kernel
releases it when its holder dies. A process that leaves rings the waiting hooks, so that they check
again.
"""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestra_core.process.file_lock import is_locked, lock_exclusive, open_lock_file

ANSWERERS_IN_GIT = Path("orchestra", "answerers")
_BELLS_IN_GIT = Path("orchestra", "requests")
_OWNER_ONLY = 0o600


@contextmanager
def answering(common_dir: Path) -> Generator[None]:
    """Offer this process as an answerer within the block; raises OSError."""
    folder = common_dir / ANSWERERS_IN_GIT
    folder.mkdir(parents=True, exist_ok=True)
    for former_file in folder.iterdir():
        if not is_locked(former_file):  # left by a killed process
            former_file.unlink(missing_ok=True)
    place = folder / f"{os.getpid()}.{secrets.token_hex(4)}"
    # Locked before it gets its name, or another process would remove it as a leftover.
    unnamed = place.with_name(f".{place.name}")
    descriptor = open_lock_file(unnamed, _OWNER_ONLY)
    try:
        lock_exclusive(descriptor)
        unnamed.rename(place)
        yield
    finally:
        place.unlink(missing_ok=True)
        os.close(descriptor)
        ring_all(common_dir)


def ring_all(common_dir: Path) -> None:
    """Ring every hook that waits for an answer."""
    for bell in (common_dir / _BELLS_IN_GIT).glob("*.bell"):
        with suppress(OSError):  # nobody listens there any more, or the bell is already ringing
            descriptor = os.open(bell, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            try:
                os.write(descriptor, b"\n")
            finally:
                os.close(descriptor)
