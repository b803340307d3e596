"""A process is known by a mark that no later process of its number has."""

import os
import subprocess
import sys

from orchestra_core.process.process_mark import is_running, process_mark
from tests.support.waiting import until


def test_a_running_process_has_a_mark_and_one_that_is_not_there_has_none() -> None:
    assert is_running(process_mark(os.getpid()))
    assert process_mark(0) == process_mark(2**31 - 1) == process_mark(10**30) == ""


def a_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)


async def test_an_ended_process_is_not_running_even_before_its_status_is_fetched() -> None:
    process = a_process()
    mark = process_mark(process.pid)
    assert is_running(mark)
    assert process.stdin is not None
    process.stdin.close()
    if sys.platform == "linux":
        await until(lambda: not is_running(mark))
    process.wait()
    assert not is_running(mark)


def test_another_process_with_the_same_id_has_another_mark() -> None:
    assert not is_running(f"{os.getpid()}@earlier")
    assert not is_running("")
    assert not is_running("?")
