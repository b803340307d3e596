"""This machine and its current run as digests. A host name may change and need not be unique."""

import hashlib
import uuid
from pathlib import Path

_MACHINE = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_RUN = (Path("/proc/sys/kernel/random/boot_id"),)


def machine_digest() -> str:
    """Return a digest that survives restarts; a machine cloned from the same image may share it."""
    return _digest(_first(_MACHINE) or hex(uuid.getnode()))


def holder_digest(directory: Path) -> str:
    """Return a digest of this directory, on this disk, in the current run of this machine.

    A container and its copy share the machine's run, but not the disk. Raises OSError.
    """
    place = directory.stat()
    parts = f"{directory}\n{place.st_dev}\n{place.st_ino}"
    return f"{_run_digest()}:{_digest(parts)}"


def is_of_this_run(holder: str) -> bool:
    """Tell whether a holder is a directory in the current run of this machine."""
    return holder.partition(":")[0] == _run_digest()


def _run_digest() -> str:
    return _digest(f"{machine_digest()}\n{_first(_RUN)}")


def _first(files: tuple[Path, ...]) -> str:
    """Return the text of the first file that exists, "" if none does (macOS)."""
    for file in files:
        try:
            return file.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
    return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
