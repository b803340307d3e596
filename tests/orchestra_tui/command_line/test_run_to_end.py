import asyncio
import os
import signal

import pytest

from orchestra_tui.command_line.run_to_end import run_to_end


def test_the_result_of_the_coroutine_is_returned() -> None:
    async def work() -> int:
        return 7

    assert run_to_end(work()) == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_runs_the_clean_up_and_exits_with_its_number(number: signal.Signals) -> None:
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


def test_a_cancellation_without_a_signal_is_not_an_exit() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_to_end(work())
