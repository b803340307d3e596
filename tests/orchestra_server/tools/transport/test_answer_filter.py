"""What a client has had an answer to is not answered again."""

from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCNotification, JSONRPCResponse

from orchestra_server.tools.transport.answer_filter import AnswerFilter


class Collected:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.messages: list[SessionMessage] = []
        self.is_closed = False

    async def send(self, item: SessionMessage, /) -> None:
        self.messages.append(item)

    async def aclose(self) -> None:
        self.is_closed = True


def answer(identity: int) -> SessionMessage:
    return SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=identity, result={}))


async def test_the_first_answer_to_such_an_id_is_left_out_and_no_other() -> None:
    collected = Collected()
    notice = SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="notifications/message"))
    later, other = answer(1), answer(2)
    async with AnswerFilter(collected, frozenset((1,))) as messages:
        for message in (notice, answer(1), other, later):
            await messages.send(message)
        assert collected.messages == [notice, other, later]
        assert not collected.is_closed
    assert collected.is_closed
