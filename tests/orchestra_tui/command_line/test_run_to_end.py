import asyncio
import os
import signal

import pytest

from orchestra_tui.command_line.run_to_end import run_to_end


def test_the_answer_of_the_work_is_returned() -> None:
    async def work() -> int:
        return 7

    assert run_to_end(work()) == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_what_was_opened_and_ends_with_its_number(number: signal.Signals) -> None:
    closed: list[bool] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    with pytest.raises(SystemExit) as caught:
        run_to_end(work())
    assert caught.value.code == 128 + number
    assert closed == [True]


def test_work_that_is_cancelled_otherwise_is_no_exit() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_to_end(work())
