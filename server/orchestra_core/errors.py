"""What can go wrong, as one tree; each message is one line that a person or a model can act on.

OrchestraError
├── BadInput             a given value is wrong: says which, and what is allowed
├── Unknown              a task, chamber or agent does not exist: says which do
├── Refused              the state does not allow it now: says why and what to do first
└── Unavailable          something outside is missing: Redis, git, the disk
    └── StoreUnavailable     Redis or Valkey cannot be reached or used
"""


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
