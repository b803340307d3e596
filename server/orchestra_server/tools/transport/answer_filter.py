"""Keeps a client from getting a second answer to an `initialize` that was answered early."""

from types import TracebackType
from typing import Protocol, Self

from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCResponse

from orchestra_server.tools.transport.first_questions import RequestId


class Messages(Protocol):
    """The stream the SDK writes its messages to."""

    async def send(self, item: SessionMessage, /) -> None:
        """Write a message."""
        ...

    async def aclose(self) -> None:
        """Write no more."""
        ...


class AnswerFilter:
    """A stream that drops the first answer to each of the ids in `answered`."""

    def __init__(self, messages: Messages, answered: frozenset[RequestId]) -> None:
        self._messages = messages
        self._answered = set(answered)

    async def send(self, item: SessionMessage, /) -> None:
        """Write a message, unless the client already has it."""
        answer = item.message
        if isinstance(answer, JSONRPCResponse) and answer.id in self._answered:
            self._answered.remove(answer.id)
            return
        await self._messages.send(item)

    async def aclose(self) -> None:
        """Write no more."""
        await self._messages.aclose()

    async def __aenter__(self) -> Self:
        """Write within the block."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Write no more."""
        await self.aclose()
