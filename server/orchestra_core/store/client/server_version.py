"""Which server answers, and whether it is new enough."""

import re
from dataclasses import dataclass
from typing import Literal

from orchestra_core.errors import StoreUnavailable
from orchestra_core.store.client.client_protocol import Client
from orchestra_core.store.client.reply_parser import as_bytes

OLDEST_REDIS = (6, 2)


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A server's product and version, such as `valkey` `9.1.2`."""

    product: Literal["redis", "valkey"]
    version: str


async def read_server_info(client: Client) -> ServerInfo:
    """Ask for the server's product and version; raises StoreUnavailable when it gives none."""
    info = await read_info(client, "server")
    if "valkey_version" in info:
        return ServerInfo("valkey", info["valkey_version"])
    if "redis_version" in info:
        return ServerInfo("redis", info["redis_version"])
    raise StoreUnavailable(
        "the server does not say its version in INFO; Orchestra needs Redis 6.2 or newer, or Valkey"
    )


async def read_info(client: Client, section: str) -> dict[str, str]:
    """Return a section of the server's INFO, by the names it uses."""
    text = as_bytes(await client.call("INFO", section)).decode("utf-8", "replace")
    return dict(re.findall(r"^(\w+):(.*?)\r?$", text, re.MULTILINE))


def check_version(info: ServerInfo) -> None:
    """Raise StoreUnavailable for a Redis below 6.2; every Valkey is new enough."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", info.version)[:2])
    if info.product == "redis" and numbers < OLDEST_REDIS:
        raise StoreUnavailable(
            f"Redis {info.version} is too old; Orchestra needs Redis 6.2 or newer, or Valkey: "
            "upgrade it, or unset ORCHESTRA_REDIS_URL to use the private Valkey"
        )
