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
    """Ask the server what it is; raises StoreUnavailable when it does not say."""
    text = as_bytes(await client.call("INFO", "server")).decode("utf-8", "replace")
    found = dict(re.findall(r"^(\w+):(.*?)\r?$", text, re.MULTILINE))
    if "valkey_version" in found:
        return ServerInfo("valkey", found["valkey_version"])
    if "redis_version" in found:
        return ServerInfo("redis", found["redis_version"])
    raise StoreUnavailable(
        "what answers does not say its version in INFO; "
        "Orchestra needs Redis 6.2 or newer, or Valkey"
    )


def check_version(info: ServerInfo) -> None:
    """Raise StoreUnavailable for a Redis below 6.2; every Valkey is new enough."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", info.version)[:2])
    if info.product == "redis" and numbers < OLDEST_REDIS:
        raise StoreUnavailable(
            f"Redis {info.version} is too old; Orchestra needs Redis 6.2 or newer, or Valkey: "
            "upgrade it, or unset ORCHESTRA_REDIS_URL to use the private Valkey"
        )
