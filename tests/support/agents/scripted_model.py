"""A model that says what a script tells it to: real clients talk to it over loopback HTTP.

It answers `POST /v1/messages` with server-sent events, as the Messages API does, and keeps every
request, because they prove what reached the model.
"""

import json
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
from msgspec import Struct


class Block(Struct, frozen=True):
    """One content block as a client sends it; fields that its type lacks are empty."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, object] = {}
    tool_use_id: str = ""
    content: "str | list[Block]" = ""
    is_error: bool = False

    def words(self) -> str:
        """Return the block's text, or that of a tool's result."""
        if isinstance(self.content, str):
            return self.content or self.text
        return "\n".join(block.words() for block in self.content)


class Message(Struct, frozen=True):
    """One message of the conversation."""

    role: str
    content: str | list[Block]

    def blocks(self) -> list[Block]:
        """Return the content as blocks."""
        if isinstance(self.content, str):
            return [Block(type="text", text=self.content)]
        return self.content


class OfferedTool(Struct, frozen=True):
    """A tool as the model is told of it."""

    name: str = ""
    description: str = ""
    input_schema: dict[str, object] = {}


class ModelRequest(Struct, frozen=True):
    """One request to the model, with all that it would have read."""

    messages: list[Message]
    tools: list[OfferedTool] = []
    system: str | list[Block] = ""
    safeguards: list[dict[str, object]] = []  # in auto mode: what the provider is to judge

    @property
    def turn(self) -> int:
        """The number of the model's answers so far in this conversation."""
        return sum(message.role == "assistant" for message in self.messages)

    def results(self) -> list[Block]:
        """Return every tool result so far, in order."""
        blocks = [block for message in self.messages for block in message.blocks()]
        return [block for block in blocks if block.type == "tool_result"]

    def answers(self, tool: str) -> list[Block]:
        """Return the results of the calls of one tool, in order."""
        said = [block for message in self.messages for block in message.blocks()]
        calls = {block.id for block in said if block.type == "tool_use" and block.name == tool}
        return [block for block in self.results() if block.tool_use_id in calls]

    def text(self) -> str:
        """Return everything said in the conversation, tool results included."""
        said = [block.words() for message in self.messages for block in message.blocks()]
        return "\n".join(said)


@dataclass(frozen=True, slots=True)
class Say:
    """The model answers with a text."""

    text: str


@dataclass(frozen=True, slots=True)
class CallTool:
    """The model calls a tool."""

    tool: str
    arguments: Mapping[str, object]


ModelAnswer = Sequence[Say | CallTool]
Script = Callable[[ModelRequest], ModelAnswer]


@dataclass
class ScriptedModel:
    """The model's address, its requests, and what went wrong."""

    url: str
    requests: list[ModelRequest] = field(default_factory=list[ModelRequest])
    faults: list[str] = field(default_factory=list[str])


@contextmanager
def scripted_model(
    script: Script, answering: "type[ModelHandler] | None" = None
) -> Generator[ScriptedModel]:
    """Run a model on loopback that answers by `script`, until the end of the block.

    `answering` understands another provider's requests.
    """

    class Handler(answering or ModelHandler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model = ScriptedModel(f"http://127.0.0.1:{server.server_port}")
    Handler.model, Handler.script = model, staticmethod(script)
    thread = threading.Thread(target=server.serve_forever, name="scripted-model")
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class ModelHandler(BaseHTTPRequestHandler):
    """Answers as the Messages API does."""

    model: ScriptedModel
    script: Script

    def do_POST(self) -> None:
        """Answer a conversation by the script, all else by a stub."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.answer_post(self.path.partition("?")[0], body)

    def answer_post(self, path: str, body: bytes) -> None:
        """Answer what was posted to a path."""
        if path == "/v1/messages/count_tokens":
            self.answer_json({"input_tokens": 1})
        elif path == "/v1/messages":
            request = msgspec.json.decode(body, type=ModelRequest)
            events = _events(self.answer_to(request), request)
            self.stream((str(event["type"]), event) for event in events)
        else:
            self.answer_json({})

    def do_HEAD(self) -> None:
        """Confirm that the server runs, which a client may ask first."""
        self.answer_json({})

    def do_GET(self) -> None:
        """Answer any other request of a client with nothing."""
        self.answer_json({})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep the test's output quiet."""

    def answer_to(self, request: ModelRequest) -> ModelAnswer:
        """Keep a request and return what the script says to it."""
        if not request.tools:  # a client's request besides the conversation, such as naming it
            return [Say("ok")]
        self.model.requests.append(request)
        try:
            return self.script(request)
        except Exception as error:  # noqa: BLE001 - a faulty script must end the client, not hang it
            self.model.faults.append(f"{type(error).__name__}: {error}")
            return [Say("The script failed.")]

    def stream(self, events: Iterable[tuple[str, dict[str, object]]]) -> None:
        """Answer with server-sent events; one without a name has only its data."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for name, event in events:
            head = f"event: {name}\n" if name else ""
            self.wfile.write(f"{head}data: {json.dumps(event)}\n\n".encode())
        self.close_connection = True

    def answer_json(self, value: dict[str, object]) -> None:
        """Answer with one document."""
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _events(answer: ModelAnswer, request: ModelRequest) -> Generator[dict[str, object]]:
    turn = request.turn
    usage = {"input_tokens": 1, "output_tokens": 1}
    yield {
        "type": "message_start",
        "message": {
            "id": f"msg_{turn}",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        },
    }
    call_ids = list[str]()
    for index, part in enumerate(answer):
        start, delta = _block(part, f"toolu_{turn}_{index}_{id(answer):x}")
        if isinstance(part, CallTool):
            call_ids.append(str(start["id"]))
        yield {"type": "content_block_start", "index": index, "content_block": start}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    reason = "tool_use" if call_ids else "end_turn"
    delta: dict[str, object] = {"stop_reason": reason, "stop_sequence": None}
    if request.safeguards:
        delta["safeguard_results"] = _harmless(call_ids)
    yield {"type": "message_delta", "delta": delta, "usage": usage}
    yield {"type": "message_stop"}


def _harmless(call_ids: Iterable[str]) -> list[dict[str, object]]:
    """Return what the provider says in auto mode of calls that it finds harmless."""
    verdicts = {call_id: {"type": "evaluated", "outcome": "not_flagged"} for call_id in call_ids}
    status = {"type": "available", "tool_uses": verdicts}
    return [{"type": "dangerous_tool_use", "status": status}]


def _block(part: Say | CallTool, call_id: str) -> tuple[dict[str, object], dict[str, object]]:
    match part:
        case Say(text):
            return {"type": "text", "text": ""}, {"type": "text_delta", "text": text}
        case CallTool(tool, arguments):
            return (
                {"type": "tool_use", "id": call_id, "name": tool, "input": {}},
                {"type": "input_json_delta", "partial_json": json.dumps(dict(arguments))},
            )
