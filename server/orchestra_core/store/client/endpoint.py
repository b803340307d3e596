"""Where a server is and how it wants to be greeted; the one module that imports redis.

redis-py understands a URL's options and makes the TLS context. A plain URL needs neither, and then
the import, a tenth of a second, is saved.
"""

import asyncio
import ssl
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import unquote, urlsplit

from orchestra_core.errors import BadInput
from orchestra_core.settings import REDIS_URL
from orchestra_core.store.client.wire import Refusal, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio.connection import SSLConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server to connect to: a socket's path, or a host and port."""

    path: str = ""
    host: str = ""
    port: int = 0
    username: str = ""
    password: str = ""
    database: int = 0
    tls: ssl.SSLContext | None = None

    def at(self, host: str, port: int) -> Self:
        """Return another server that is spoken to in the same way."""
        return replace(self, path="", host=host, port=port)

    def without_login(self) -> Self:
        """Return it for a Sentinel: that has no databases, and seldom the primary's password."""
        return replace(self, username="", password="", database=0)


async def connect(endpoint: Endpoint, *, within: float, patience: float) -> Wire:
    """Return a connection that has been greeted.

    `within` and `patience` are seconds: for all of it, and for each later answer. Raises OSError,
    Refusal or Garbled.
    """
    async with asyncio.timeout(within):
        wire = await _connected(endpoint, patience)
        try:
            await _greet(wire, endpoint)
        except BaseException:
            wire.end()
            raise
    return wire


async def _connected(endpoint: Endpoint, patience: float) -> Wire:
    loop = asyncio.get_running_loop()
    if endpoint.path:
        _, wire = await loop.create_unix_connection(lambda: Wire(patience), endpoint.path)
    else:
        _, wire = await loop.create_connection(
            lambda: Wire(patience), endpoint.host, endpoint.port, ssl=endpoint.tls
        )
    return wire


async def _greet(wire: Wire, endpoint: Endpoint) -> None:
    if endpoint.password:
        login = [endpoint.username] if endpoint.username else []
        try:
            await wire.ask(("AUTH", *login, endpoint.password))
        except Refusal as refusal:
            if str(refusal).startswith("ERR"):  # such as: no password is set
                raise Refusal(f"WRONGPASS {refusal}") from refusal
            raise
    if endpoint.database:
        await wire.ask(("SELECT", endpoint.database))


def endpoint_of(url: str) -> Endpoint:
    """Return the server that a checked URL names; raises BadInput for an unknown option."""
    parts = urlsplit(url)
    if parts.scheme == "rediss" or parts.query:
        return _understood_by_redis(url)
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "unix":
        return Endpoint(path=unquote(parts.path), username=username, password=password)
    return Endpoint(
        host=parts.hostname or "",
        port=parts.port or 0,
        username=username,
        password=password,
        database=int(parts.path.strip("/") or 0),
    )


def _understood_by_redis(url: str) -> Endpoint:
    from redis.asyncio.connection import (  # noqa: PLC0415 - see the top of this file
        Connection,
        ConnectionPool,
        SSLConnection,
        UnixDomainSocketConnection,
        parse_url,
    )
    from redis.exceptions import RedisError  # noqa: PLC0415

    try:
        # Never connected: it only judges the options and holds what they say.
        made = ConnectionPool(**parse_url(url)).make_connection()
        at = Endpoint(
            username=made.username or "",
            password=made.password or "",
            database=int(made.db or 0),
            tls=_context_of(made) if isinstance(made, SSLConnection) else None,
        )
        if isinstance(made, UnixDomainSocketConnection):
            return replace(at, path=made.path)
        if isinstance(made, Connection):
            return at.at(str(made.host), int(made.port))
    except (ValueError, TypeError, OSError, RedisError) as error:
        raise BadInput(f"{REDIS_URL} has an option that is not understood: {error}") from error
    raise BadInput(f"{REDIS_URL} names a kind of connection that is not known")


def _context_of(connection: "SSLConnection") -> ssl.SSLContext:
    # redis-py types it by a stand-in for interpreters without TLS.
    get = cast("Callable[[], ssl.SSLContext]", connection.ssl_context.get)  # pyright: ignore[reportUnknownMemberType]
    return get()
