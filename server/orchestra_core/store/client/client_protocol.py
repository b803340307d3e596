"""What the store needs of a client, so that only opening a store imports one (0.25 s)."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from orchestra_core.store.client.redis_request import Answer
from orchestra_core.store.client.subscription_buffer import Hearing
from orchestra_core.store.scripts import Script

Part: TypeAlias = str | bytes | int


class Client(Protocol):
    """Commands to the server that holds one project; every failure is a StoreUnavailable.

    Every command may be sent twice: a read changes nothing, and a script knows its operation id.
    """

    @property
    def closed(self) -> bool:
        """Whether the client has been closed for good."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether the server listens on a local socket, whose loss is noticed at once."""
        ...

    async def call(self, *command: Part) -> Answer:
        """Send one command and return its answer."""
        ...

    async def run(self, script: Script, keys: tuple[str, ...], arguments: Sequence[Part]) -> Answer:
        """Run a script and return its answer."""
        ...

    def listen(self, *channels: str) -> AbstractAsyncContextManager[Hearing]:
        """Subscribe on a separate connection; entered once the server has confirmed it."""
        ...

    async def mend(self) -> None:
        """Prepare the next attempt after a lost connection."""
        ...

    async def close(self) -> None:
        """Close every connection for good; waiting calls end."""
        ...
