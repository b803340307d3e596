"""The umask of this process: the permissions that its new files do not get."""

import os

_PRIVATE = 0o077  # until the umask is set again


def file_mask() -> int:
    """Return the umask, which the system reports only when another one is set."""
    mask = os.umask(_PRIVATE)
    os.umask(mask)
    return mask
