"""Waits in the event loop until pipes can be read or written, without buffers of their own."""

import asyncio
import os

from orchestra_core.errors import Refused

CHUNK = 65_536


async def wait_readable(
    descriptors: set[int], unless: "asyncio.Future[int] | None" = None
) -> set[int]:
    """Return the descriptors that can be read; an empty set when `unless` is done first."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[int] = loop.create_future()

    def found(descriptor: int) -> None:
        ready.add(descriptor)
        if not readable.done():
            readable.set_result(descriptor)

    ready: set[int] = set()
    for descriptor in descriptors:
        loop.add_reader(descriptor, found, descriptor)
    try:
        waiters = {readable, unless} if unless else {readable}
        await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for descriptor in descriptors:
            loop.remove_reader(descriptor)
        readable.cancel()
    return ready


async def write_all(descriptor: int, content: bytes, seconds: float) -> None:
    """Write everything; raises Refused after `seconds` without progress, or OSError."""
    loop = asyncio.get_running_loop()
    rest = memoryview(content)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest[:CHUNK]) :]
        except BlockingIOError:
            writable: asyncio.Future[None] = loop.create_future()
            loop.add_writer(descriptor, _wake, writable)
            try:
                async with asyncio.timeout(seconds):
                    await writable
            except TimeoutError:
                message = f"it has not read its input for {seconds:.0f} s; stop it or wait"
                raise Refused(message) from None
            finally:
                loop.remove_writer(descriptor)


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
