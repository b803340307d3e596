"""A Valkey of the user's own: started by its first user, stopped by its last.

The kernel keeps the books. `server.lock` is held by the server process itself for exactly as long
as it lives, `users.lock` is shared by everyone who uses it, and `start.lock` lets one process at a
time look and start.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestra_core.private_valkey.inspection import PrivateServer, inspect
    from orchestra_core.private_valkey.lease import Lease, join, shut_down

__all__ = ["Lease", "PrivateServer", "inspect", "join", "shut_down"]

_INSPECTION = ("PrivateServer", "inspect")


def __getattr__(name: str) -> object:
    """Import what is asked for: who only reads where the server is starts no subprocess."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "inspection" if name in _INSPECTION else "lease"
    return getattr(import_module(f"{__name__}.{home}"), name)
