import asyncio
import socket
from pathlib import Path

import pytest

from orchestra_core.redis_request import Answer, Garbled, HungUp, Refusal, ask
from tests.support.scripted_server import HANG_UP, Reply, scripted_server


async def answered(reply: Reply) -> Answer:
    """Return what `ask` makes of a server's reply."""
    async with scripted_server(lambda _: reply) as url:
        return await asyncio.to_thread(ask, Path(url.removeprefix("unix://")), "PING")


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (b"+PONG\r\n", b"PONG"),
        (b":42\r\n", 42),
        (b"$-1\r\n", None),
        (b"$4\r\n\r\n\xff\x00\r\n", b"\r\n\xff\x00"),
        (b"*3\r\n$1\r\na\r\n:1\r\n*1\r\n$-1\r\n", [b"a", 1, [None]]),
    ],
)
async def test_each_kind_of_answer_is_read(reply: Reply, answer: Answer) -> None:
    assert await answered(reply) == answer


async def test_an_error_answer_is_raised_with_its_text() -> None:
    with pytest.raises(Refusal, match=r"^LOADING its data$"):
        await answered(b"-LOADING its data\r\n")


async def test_what_is_no_answer_of_redis_is_told_apart() -> None:
    with pytest.raises(Garbled):
        await answered(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def test_a_server_that_hangs_up_is_told_apart() -> None:
    with pytest.raises(HungUp):
        await answered(HANG_UP)


def test_a_server_that_never_answers_is_left_after_the_time_given() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TimeoutError):
            ask(("127.0.0.1", silent.getsockname()[1]), "PING", answer_seconds=0.05)


def test_a_socket_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ask(tmp_path / "nobody", "PING")
