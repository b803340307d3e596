"""What is written to an agent arrives whole and in order, also when it reads late."""

import asyncio
import os

import pytest

from orchestra_core.errors import Refused
from orchestra_server.agents.process.input_pipe import InputPipe
from tests.support.waiting import until

_LONG = b"x" * 500_000 + b"\n"


async def test_lines_that_an_agent_reads_late_are_neither_lost_nor_torn() -> None:
    reader, writer = os.pipe()
    pipe = InputPipe(os.fdopen(writer, "wb", buffering=0))
    await pipe.write(_LONG, 0.01)
    await pipe.write(b"second\n", 0.01)
    os.set_blocking(reader, False)
    told = bytearray()

    def has_read_all() -> bool:
        while True:
            try:
                told.extend(os.read(reader, 65_536))
            except BlockingIOError:
                return bytes(told) == _LONG + b"second\n"

    await until(has_read_all)
    await pipe.write(b"third\n", 1.0)
    assert os.read(reader, 100) == b"third\n"
    pipe.close()
    assert os.read(reader, 100) == b""
    os.close(reader)
    with pytest.raises(Refused, match="the agent has ended"):
        await pipe.write(b"fourth\n", 1.0)


async def test_a_writer_that_waits_is_woken_when_the_pipe_closes() -> None:
    reader, writer = os.pipe()
    pipe = InputPipe(os.fdopen(writer, "wb", buffering=0))
    waiting = asyncio.create_task(pipe.write(_LONG, 60.0))
    await asyncio.sleep(0)
    pipe.close()
    async with asyncio.timeout(60):
        await waiting
    os.close(reader)


async def test_an_agent_that_has_closed_its_input_is_reported_as_that() -> None:
    reader, writer = os.pipe()
    pipe = InputPipe(os.fdopen(writer, "wb", buffering=0))
    os.close(reader)
    with pytest.raises(Refused, match="the agent has closed its input"):
        await pipe.write(b"first\n", 1.0)
