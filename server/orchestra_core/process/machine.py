"""This machine and its present run as digests: a host name changes, and others may have it too."""

import hashlib
import uuid
from pathlib import Path

_MACHINE = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_RUN = (Path("/proc/sys/kernel/random/boot_id"),)


def machine_digest() -> str:
    """Return what no restart of the machine changes; a machine cloned from an image may have it."""
    return _digest(_first(_MACHINE) or hex(uuid.getnode()))


def holder_digest(directory: Path) -> str:
    """Return what only this run of this machine has, with this directory at this place of a disk.

    A container and its copy share the machine's run; their disks tell them apart. Raises OSError.
    """
    place = directory.stat()
    parts = f"{directory}\n{place.st_dev}\n{place.st_ino}"
    return f"{_run_digest()}:{_digest(parts)}"


def is_of_this_run(holder: str) -> bool:
    """Tell whether a holder is a directory in this run of this machine."""
    return holder.partition(":")[0] == _run_digest()


def _run_digest() -> str:
    return _digest(f"{machine_digest()}\n{_first(_RUN)}")


def _first(files: tuple[Path, ...]) -> str:
    """Return the text of the first file that there is, "" without any (macOS)."""
    for file in files:
        try:
            return file.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
    return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
