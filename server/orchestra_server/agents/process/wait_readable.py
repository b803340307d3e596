"""Waits in the event loop until pipes can be read, without buffering their content."""

import asyncio

CHUNK = 65_536


async def wait_readable(
    descriptors: set[int], unless: "asyncio.Future[int] | None" = None
) -> set[int]:
    """Return the descriptors that can be read; an empty set if `unless` is done first."""
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
