"""A user's own Valkey server, started by the first process that uses it, stopped by the last.

File locks count its users. The server process itself holds `server.lock` as long as it lives, every
process that uses it shares `users.lock`, and `start.lock` lets one process at a time look for the
server and start it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestra_core.private_valkey.inspection import PrivateServer, inspect
    from orchestra_core.private_valkey.lease import Lease, join, shut_down

__all__ = ["Lease", "PrivateServer", "inspect", "join", "shut_down"]

_INSPECTION = ("PrivateServer", "inspect")


def __getattr__(name: str) -> object:
    """Import a name when it is used: reading where the server is needs no `subprocess`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "inspection" if name in _INSPECTION else "lease"
    return getattr(import_module(f"{__name__}.{home}"), name)
