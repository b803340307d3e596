"""The mask of this process: which rights its new files do not get."""

import os

_PRIVATE = 0o077  # for the moment until the mask is set again


def file_mask() -> int:
    """Return the mask, which the system tells only to whoever sets another."""
    mask = os.umask(_PRIVATE)
    os.umask(mask)
    return mask
