"""redis-py's clients as the store needs them, one for each kind of address.

Their retries are off, because only the store knows what may be sent twice. They have no timeout for
an answer: redis-py would use `wait_for`, which below Python 3.12 sometimes loses a cancellation.
The deadline is around the whole call instead.
"""

import asyncio
import ssl
from asyncio import sslproto
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from redis.asyncio import Redis, RedisCluster, connection
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    ConnectionPool,
    RedisSSLContext,
    SSLConnection,
    parse_url,
)
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel
from redis.backoff import NoBackoff
from redis.connection import HiredisRespSerializer
from redis.exceptions import RedisError
from redis.typing import EncodableT

from orchestra_core.errors import BadInput
from orchestra_core.settings import REDIS_URL
from orchestra_core.store.client.address import Address
from orchestra_core.store.client.client_protocol import Part
from orchestra_core.store.client.redis_request import Answer

Options: TypeAlias = dict[str, Any]
ConnectionKind: TypeAlias = type[AbstractConnection]
_OURS = ("max_connections", "retry_on_timeout", "retry_on_error")  # a URL may not set these
_LOGIN = ("username", "password", "db")
_MOST_CONTEXTS = 4  # a Sentinel's options differ from those of its primary
# Bytes. asyncio gives each connection over TLS a buffer of 256 KiB, and makes another for each
# read; a record of TLS has 16 KiB at most.
_READ_AT_ONCE = 32_768
_OF_FILES = ("keyfile", "certfile", "ca_certs", "ca_path")
_contexts: dict[object, ssl.SSLContext] = {}


class Connections(Protocol):
    """redis-py's connections to one server, or to the server that a directory names."""

    async def execute(self, command: tuple[Part, ...]) -> Answer:
        """Send one command and return its answer as the server gave it."""
        ...

    async def pubsub(self) -> PubSub:
        """Return a subscription, not connected yet."""
        ...

    async def forget(self) -> None:
        """Look up the server again before the next command."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


def connections_to(address: Address, connect_seconds: float) -> Connections:
    """Return connections to an address, none open yet; raises BadInput for wrong options."""
    cast("Any", connection).RedisSSLContext = SharedSSLContext  # where its connections find it
    sslproto.SSLProtocol.max_size = _READ_AT_ONCE
    options = _options_of(address.url, connect_seconds)
    if address.kind == "cluster":
        return _ClusterConnections(address, options)
    if address.kind == "sentinel":
        return _SentinelConnections(address, options, connect_seconds)
    kind = _packing_quickly(cast("ConnectionKind", options.pop("connection_class", Connection)))
    return _PoolConnections(Redis.from_pool(ConnectionPool(connection_class=kind, **options)))


def _packing_quickly(kind: ConnectionKind) -> ConnectionKind:
    """Return the class with commands packed by hiredis, as in redis-py's synchronous client.

    For the twenty arguments of a change, that takes an eighth of the time.
    """
    serializer = cast("Any", HiredisRespSerializer())

    class Packing(kind):
        def pack_command(self, *args: EncodableT) -> list[bytes]:
            return serializer.pack(*args)

    return Packing


class _PoolConnections:
    """The connections to one server, and to the primary that a Sentinel names."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def execute(self, command: tuple[Part, ...]) -> Answer:
        # Without `execute_command`: it would only add retries and metrics, which are off, and turn
        # answers into dictionaries and tuples. The store reads the raw answers.
        pool = self._redis.connection_pool
        connection = await pool.get_connection()
        try:
            await connection.send_command(*command)
            return cast("Answer", await connection.read_response())
        finally:
            await pool.release(connection)

    async def pubsub(self) -> PubSub:
        return cast("Any", self._redis).pubsub()

    async def forget(self) -> None:
        await self._redis.connection_pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        await self._redis.aclose()


class _SentinelConnections(_PoolConnections):
    def __init__(self, address: Address, options: Options, patience: float) -> None:
        kind: Options = {"ssl": options.pop("connection_class", None) is SSLConnection}
        rest = {name: value for name, value in options.items() if name not in {"host", "port"}}
        # A Sentinel has no databases, and rarely the primary's password.
        of_sentinels = {name: value for name, value in rest.items() if name not in _LOGIN}
        self._sentinel = _EachInTurn(
            address.hosts, sentinel_kwargs=of_sentinels | kind, **rest, **kind
        )
        self._sentinel.patience = patience
        super().__init__(cast("Any", self._sentinel).master_for(address.service))

    async def close(self) -> None:
        await super().close()
        await self._sentinel.aclose()


class _EachInTurn(Sentinel):
    """A directory that waits at most `patience` seconds for each of its Sentinels."""

    patience = 0.0

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Return the primary's host and port; raises MasterNotFoundError with the last failure."""
        trouble: Exception = MasterNotFoundError("no Sentinel is named")
        for sentinel in self.sentinels:
            try:
                async with asyncio.timeout(self.patience):
                    answer = await _executing(sentinel)(
                        "SENTINEL", "GET-MASTER-ADDR-BY-NAME", service_name
                    )
            except (OSError, RedisError) as error:
                trouble = error
                continue
            match answer:
                case [bytes(host), bytes(port)]:
                    return host.decode(), int(port)
                case _:
                    place = sentinel.connection_pool.connection_kwargs
                    trouble = MasterNotFoundError(f"{place['host']}:{place['port']} knows of none")
        raise MasterNotFoundError(str(trouble)) from trouble


class _ClusterConnections:
    """The connections to a cluster's nodes; redis-py finds the one that owns a key's slot."""

    def __init__(self, address: Address, options: Options) -> None:
        kind: Options = {"ssl": options.pop("connection_class", None) is SSLConnection}
        rest = {name: value for name, value in options.items() if name not in {"host", "port"}}
        self._shown = address.shown
        self._cluster = RedisCluster(
            startup_nodes=[ClusterNode(host, port) for host, port in address.hosts],
            dynamic_startup_nodes=False,  # the named hosts may be the only ones that remain
            require_full_coverage=False,  # a project is in one slot
            **rest,
            **kind,
        )
        callbacks = _callbacks_of(self._cluster)
        for name in tuple(callbacks):
            if name != "COMMAND":  # from this one redis-py learns where a command has its keys
                del callbacks[name]

    async def execute(self, command: tuple[Part, ...]) -> Answer:
        await self._find_nodes()
        return await _executing(self._cluster)(*command)

    async def pubsub(self) -> PubSub:
        await self._find_nodes()
        return self._cluster.pubsub()

    async def forget(self) -> None:
        await self._cluster.aclose()

    async def close(self) -> None:
        await self._cluster.aclose()

    async def _find_nodes(self) -> None:
        try:
            await self._cluster.initialize()
        except IndexError:  # with no primaries, redis-py takes the first of an empty list
            raise MasterNotFoundError(f"{self._shown} knows of none") from None


def _options_of(url: str, connect_seconds: float) -> Options:
    try:
        options = cast("Options", dict(parse_url(url)))
        for name in _OURS:
            options.pop(name, None)
        # Never connected: it only checks the options.
        ConnectionPool(**options).make_connection()
    except (ValueError, TypeError, OSError, RedisError) as error:
        raise BadInput(f"{REDIS_URL} has an option that is not understood: {error}") from error
    return options | {
        "protocol": 2,  # answers the same from Redis 6.2 to Valkey 9
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": False,
        "health_check_interval": 0,
        "socket_timeout": None,
        "socket_connect_timeout": connect_seconds,
        "driver_info": None,  # no CLIENT SETINFO, which would need a right
    }


def _executing(redis: object) -> Callable[..., Awaitable[Answer]]:
    """Return the method, which redis-py leaves untyped."""
    return cast("Callable[..., Awaitable[Answer]]", cast("Any", redis).execute_command)


def _callbacks_of(redis: object) -> dict[str, object]:
    return cast("dict[str, object]", cast("Any", redis).response_callbacks)


class SharedSSLContext(RedisSSLContext):
    """The options of a connection, with one TLS context for all that have the same options.

    redis-py makes one for each connection and loads the system's certificates into it, which takes
    a mebibyte and more every time. A context is made anew when one of its files has changed.
    """

    __slots__ = ()

    def get(self) -> ssl.SSLContext:
        """Return the context of these options; raises OSError where a file cannot be read."""
        key = self._key()
        if key not in _contexts:
            context = self._made()
            if len(_contexts) >= _MOST_CONTEXTS:
                _contexts.clear()
            _contexts[key] = context
        return _contexts[key]

    def _made(self) -> ssl.SSLContext:
        """Return a context as redis-py makes it, but without the system's authorities.

        Only the ones that the URL names are trusted, as by `redis-cli --cacert`, and the others
        would take a mebibyte.
        """
        options = cast("Any", self)  # which redis-py leaves untyped
        context = ssl.create_default_context(
            cafile=options.ca_certs, capath=options.ca_path, cadata=options.ca_data
        )
        context.check_hostname = options.check_hostname
        context.verify_mode = options.cert_reqs
        for flag in options.include_verify_flags or ():
            context.verify_flags |= flag
        for flag in options.exclude_verify_flags or ():
            context.verify_flags &= ~flag
        if options.certfile or options.keyfile:
            context.load_cert_chain(options.certfile, options.keyfile, options.password)
        if options.min_version is not None:
            context.minimum_version = options.min_version
        if options.ciphers is not None:
            context.set_ciphers(options.ciphers)
        return context

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
