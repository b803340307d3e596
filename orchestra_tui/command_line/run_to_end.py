"""Runs a command's coroutine so that whatever ends it, it closes what it opened."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

Answer = TypeVar("Answer")
# asyncio handles Ctrl-C; these two signals would end the process with its store open.
_END_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def run_to_end(work: Coroutine[None, None, Answer]) -> Answer:
    """Return the result of `work`; SIGTERM and SIGHUP cancel it and raise SystemExit."""
    return asyncio.run(_guarded(work))


async def _guarded(work: Coroutine[None, None, Answer]) -> Answer:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    received: list[int] = []

    def end(number: int) -> None:
        received.append(number)
        if task is not None:
            task.cancel()

    with suppress(RuntimeError):  # not in the main thread, which handles signals
        for number in _END_SIGNALS:
            loop.add_signal_handler(number, end, number)
    try:
        return await work
    except asyncio.CancelledError:
        if received:
            raise SystemExit(128 + received[0]) from None
        raise
