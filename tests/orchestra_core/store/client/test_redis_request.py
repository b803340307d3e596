import asyncio
import socket
from pathlib import Path

import pytest

from orchestra_core.store.client.redis_request import Answer, Garbled, HungUp, Refusal, ask
from tests.support.stores.scripted_server import HANG_UP, Reply, scripted_server


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
async def test_each_type_of_reply_is_parsed(reply: Reply, answer: Answer) -> None:
    assert await answered(reply) == answer


async def test_an_error_reply_is_raised_with_its_text() -> None:
    with pytest.raises(Refusal, match=r"^LOADING its data$"):
        await answered(b"-LOADING its data\r\n")


async def test_a_reply_in_another_protocol_is_a_separate_error() -> None:
    with pytest.raises(Garbled):
        await answered(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def test_a_closed_connection_is_a_separate_error() -> None:
    with pytest.raises(HungUp):
        await answered(HANG_UP)


def test_a_server_that_never_answers_times_out() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TimeoutError):
            ask(("127.0.0.1", silent.getsockname()[1]), "PING", answer_seconds=0.05)


def test_a_missing_socket_raises_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ask(tmp_path / "nobody", "PING")
