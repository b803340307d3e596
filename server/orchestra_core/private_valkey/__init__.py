"""A Valkey of the user's own: found or started by whoever comes first, stopped by the last to go.

The kernel keeps the books. `server.lock` is held by the server process itself for exactly as long
as it lives, `users.lock` is shared by everyone who uses it, and `start.lock` lets one process at a
time look and start.
"""

from orchestra_core.private_valkey.inspection import PrivateServer, inspect
from orchestra_core.private_valkey.lease import Lease, join, shut_down

__all__ = ["Lease", "PrivateServer", "inspect", "join", "shut_down"]
