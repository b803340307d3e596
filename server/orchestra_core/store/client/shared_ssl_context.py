"""One TLS context for all connections with the same options, in place of one for each.

redis-py makes one for each connection and loads the system's certificates into it, which takes a
mebibyte and more every time. One is made anew when a file that it was made from has changed.
"""

import ssl
from pathlib import Path
from typing import Any, cast

from redis.asyncio import connection
from redis.asyncio.connection import RedisSSLContext

_MOST = 4  # a Sentinel's options differ from those of its primary
_OF_FILES = ("keyfile", "certfile", "ca_certs", "ca_path")
_contexts: dict[object, ssl.SSLContext] = {}


class SharedSSLContext(RedisSSLContext):
    """The options of a connection, which lead to a context that others use too."""

    __slots__ = ()

    def get(self) -> ssl.SSLContext:
        """Return the context of these options; raises OSError where a file cannot be read."""
        key = self._key()
        if key not in _contexts:
            context = cast("ssl.SSLContext", cast("Any", super()).get())
            if len(_contexts) >= _MOST:
                _contexts.clear()
            _contexts[key] = context
        return _contexts[key]

    def _key(self) -> object:
        names = (name for name in RedisSSLContext.__slots__ if name != "context")
        options = [repr(getattr(self, name)) for name in names]
        files = [_stamp(cast("str | None", getattr(self, name))) for name in _OF_FILES]
        return (*options, *files)


def _stamp(file: str | None) -> tuple[int, int, int] | None:
    try:
        status = Path(file).stat() if file else None
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_ino, status.st_size) if status else None


def share_ssl_contexts() -> None:
    """Let the connections that redis-py makes from now on share their contexts."""
    cast("Any", connection).RedisSSLContext = SharedSSLContext
