"""What can go wrong, as one tree; each message is one line that a person or a model can act on.

OrchestraError
├── BadInput             a given value is wrong: says which, and what is allowed
├── Unknown              a task, chamber or agent does not exist: says which do
├── Refused              the state does not allow it now: says why and what to do first
└── Unavailable          something outside is missing: Redis, git, the disk
    └── StoreUnavailable     Redis or Valkey cannot be reached or used
"""

import errno
from types import MappingProxyType

_CURES = MappingProxyType(
    {
        errno.EROFS: "it is on a read-only file system: make that writable",
        errno.EACCES: "give this user the right to write there",
        errno.EPERM: "give this user the right to write there",
        errno.ENOSPC: "make room on the disk",
        errno.EDQUOT: "make room in this user's disk quota",
        errno.EMFILE: "raise the limit of open files (ulimit -n)",
    }
)


class OrchestraError(Exception):
    """The root: its text is one line saying what is wrong, with which value, and what to do."""


class BadInput(OrchestraError):  # noqa: N818 - reads as what it says: raise BadInput(...)
    """A given value is wrong; nothing was changed."""


class Unknown(OrchestraError):  # noqa: N818 - as above
    """What was named does not exist; nothing was changed."""


class Refused(OrchestraError):  # noqa: N818 - as above
    """The present state does not allow the operation; nothing was changed."""


class Unavailable(OrchestraError):  # noqa: N818 - as above
    """Something outside Orchestra that the operation needs is missing or broken."""


class StoreUnavailable(Unavailable):
    """Redis or Valkey cannot be reached, or cannot be used as it is."""


def unavailable(fault: OSError) -> Unavailable:
    """Return the error for a file that the system refuses: which, why, and what to do."""
    what = str(fault.filename) if fault.filename else "a file"
    cure = _CURES.get(fault.errno or 0, "see that it is there and can be written")
    return Unavailable(f"{what} cannot be used ({fault.strerror or fault}); {cure}, and try again")
