"""A Redis server whose replies a test chooses: for servers that cannot be installed here."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from tests.support.stores.valkey import short_directory

Reply = bytes  # as it goes over the wire
HANG_UP = b""


def bulk(text: str) -> Reply:
    raw = text.encode()
    return b"$%d\r\n%s\r\n" % (len(raw), raw)


@asynccontextmanager
async def scripted_server(
    reply: Callable[[list[str]], Reply], *, tcp: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[str, None]:
    """Yield the URL of a server that answers each command with `reply(words)`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while header := await reader.readline():
                words: list[str] = []
                for _ in range(int(header[1:])):
                    length = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(length + 2))[:-2].decode())
                said = reply(words)
                if said == HANG_UP:
                    break
                writer.write(said)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    if tcp or tls:
        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as server:
            scheme = "rediss" if tls else "redis"
            yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return
    with short_directory() as directory:
        async with await asyncio.start_unix_server(serve, directory / "s"):
            yield f"unix://{directory / 's'}"
