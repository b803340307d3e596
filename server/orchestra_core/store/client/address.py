"""Where the state is kept: the forms of URL that Orchestra takes, parsed without a client library.

A URL in a message never shows its password: it has neither user nor options.
"""

import re
from dataclasses import dataclass
from typing import Literal

from orchestra_core.errors import BadInput
from orchestra_core.settings import REDIS_URL
from orchestra_core.text import one_line

AddressKind = Literal["server", "socket", "sentinel", "cluster"]

_FORMS = (
    "redis://host:6379/0, rediss:// (TLS), unix:///path, "
    "redis+sentinel://host:26379/service or redis+cluster://host:6379"
)
_URL = re.compile(
    r"(?P<scheme>redis|rediss|unix)(?:\+(?P<directory>sentinel|cluster))?://"
    r"(?:(?P<credentials>[^/?]*)@)?(?P<hosts>[^/?@]*)(?P<path>/[^?]*)?(?:\?(?P<query>.*))?"
)
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORT = 6379
_SENTINEL_PORT = 26379  # https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """A checked URL; `url` is the form that a plain client understands, with the first host."""

    kind: AddressKind
    url: str
    shown: str
    hosts: tuple[tuple[str, int], ...] = ()
    service: str = ""  # of a Sentinel


def masked(url: str) -> str:
    """Return a URL, valid or not, without credentials and options, so that it may be shown."""
    shown = one_line(url, 200).partition("?")[0]
    scheme, separator, rest = shown.rpartition("://")
    before, has_credentials, hosts = rest.rpartition("@")
    return f"{scheme}{separator}{'***@' if has_credentials and before else ''}{hosts}"


def read_address(url: str) -> Address:
    """Parse an address; raises BadInput for an unknown form."""
    match = _URL.fullmatch(url)
    if match is None:
        raise _bad(url, f"is none of the known forms: {_FORMS}")
    scheme, directory, path = match["scheme"], match["directory"], match["path"] or ""
    if scheme == "unix":
        if directory or match["hosts"] or len(path) <= 1:
            raise _bad(url, "names no socket; write unix:///absolute/path")
        return Address("socket", url, f"unix://{path}")
    default_port = _SENTINEL_PORT if directory == "sentinel" else _DEFAULT_PORT
    hosts = tuple(_host(url, text, default_port) for text in match["hosts"].split(","))
    if directory is None and len(hosts) > 1:
        raise _bad(url, "names several hosts; that takes redis+sentinel:// or redis+cluster://")
    service, database = _service_and_database(url, directory, path)
    credentials = f"{match['credentials']}@" if match["credentials"] else ""
    query = f"?{match['query']}" if match["query"] else ""
    host, port = next(iter(hosts))
    plain_host = f"[{host}]" if ":" in host else host
    return Address(
        kind="server"
        if directory is None
        else "sentinel"
        if directory == "sentinel"
        else "cluster",
        url=f"{scheme}://{credentials}{plain_host}:{port}/{database}{query}",
        shown=masked(url),
        hosts=hosts,
        service=service,
    )


def _host(url: str, text: str, default_port: int) -> tuple[str, int]:
    match = _HOST.fullmatch(text)
    if match is None:
        raise _bad(url, "names no host, or one that cannot be read; write host:port")
    port = int(match["port"] or default_port)
    if not 0 < port <= _HIGHEST_PORT:
        raise _bad(url, f"has the port {port}; use 1 to {_HIGHEST_PORT}")
    return match["host"].strip("[]"), port


def _service_and_database(url: str, directory: str | None, path: str) -> tuple[str, str]:
    parts = [part for part in path.split("/") if part]
    service = ""
    if directory == "sentinel":
        if not parts:
            raise _bad(url, "names no service; write redis+sentinel://host:26379/service")
        service = parts.pop(0)
    database = parts.pop(0) if parts else "0"
    if parts or not re.fullmatch(r"[0-9]{1,4}", database):
        raise _bad(url, "has a path that is no database number; write /0")
    if directory == "cluster" and database != "0":
        raise _bad(url, "names a database, and a cluster has only 0")
    return service, database


def _bad(url: str, what: str) -> BadInput:
    return BadInput(f"{REDIS_URL} {masked(url)!r} {what}")
