"""Other providers' protocols for the scripted model: their clients' requests and answers.

Gemini's `generateContent` and OpenAI's `responses`, as far as Gemini CLI and Codex use them.
"""

import json
from collections.abc import Iterator
from typing import TypeAlias, cast

from tests.support.agents.scripted_model import (
    Block,
    CallTool,
    Message,
    ModelAnswer,
    ModelHandler,
    ModelRequest,
    OfferedTool,
    Say,
)

Json: TypeAlias = dict[str, object]
Event: TypeAlias = tuple[str, Json]  # its name, "" for none, and its data


class GeminiModel(ModelHandler):
    """Answers Gemini CLI."""

    def answer_post(self, path: str, body: bytes) -> None:
        """Answer a conversation by the script, all else by a stub."""
        if not path.endswith(("generateContent", "GenerateContent")):
            self.answer_json({"totalTokens": 1})
            return
        request = gemini_request(json.loads(body))
        events = gemini_events(self.answer_to(request), request.turn)
        if path.endswith(":generateContent"):
            self.answer_json(next(events)[1])
        else:
            self.stream(events)


class ResponsesModel(ModelHandler):
    """Answers Codex."""

    def answer_post(self, path: str, body: bytes) -> None:
        """Answer a conversation by the script, all else by a stub."""
        if not path.endswith("/responses"):
            self.answer_json({})
            return
        request = responses_request(json.loads(body))
        self.stream(responses_events(self.answer_to(request), request.turn))


def gemini_request(body: Json) -> ModelRequest:
    """Return a request to `generateContent`."""
    messages: list[Message] = []
    for content in _objects(body.get("contents")):
        blocks = [_gemini_block(part) for part in _objects(content.get("parts"))]
        role = "assistant" if content.get("role") == "model" else "user"
        messages.append(Message(role, blocks))
    declared = [
        declaration
        for tool in _objects(body.get("tools"))
        for declaration in _objects(tool.get("functionDeclarations"))
    ]
    return ModelRequest(messages, [OfferedTool(str(each.get("name"))) for each in declared])


def _gemini_block(part: Json) -> Block:
    call, answer = part.get("functionCall"), part.get("functionResponse")
    if isinstance(call, dict):
        call = cast("Json", call)
        arguments = cast("Json", call.get("args") or {})
        return Block("tool_use", id=str(call.get("id")), name=str(call["name"]), input=arguments)
    if isinstance(answer, dict):
        answer = cast("Json", answer)
        words = json.dumps(answer.get("response"))
        return Block("tool_result", tool_use_id=str(answer.get("id")), content=words)
    return Block("text", text=str(part.get("text", "")))


def gemini_events(answer: ModelAnswer, turn: int) -> Iterator[Event]:
    """Yield the one event of a streamed answer."""
    parts: list[Json] = []
    for number, part in enumerate(answer):
        match part:
            case Say(text):
                parts.append({"text": text})
            case CallTool(_, arguments):
                call = {"name": "run_shell_command", "args": dict(arguments)}
                parts.append({"functionCall": {**call, "id": f"call-{turn}-{number}"}})
    content = {"role": "model", "parts": parts}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    yield "", {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted"}


def responses_request(body: Json) -> ModelRequest:
    """Return a request to `responses`."""
    messages = [_responses_message(item) for item in _objects(body.get("input"))]
    tools = [OfferedTool(str(tool.get("name"))) for tool in _objects(body.get("tools"))]
    return ModelRequest(messages, tools)


def _responses_message(item: Json) -> Message:
    match item.get("type", "message"):
        case "function_call":
            arguments = json.loads(str(item["arguments"]))
            block = Block(
                "tool_use", id=str(item["call_id"]), name=str(item["name"]), input=arguments
            )
            return Message("assistant", [block])
        case "function_call_output":
            words = json.dumps(item.get("output"))
            return Message(
                "user", [Block("tool_result", tool_use_id=str(item["call_id"]), content=words)]
            )
        case _:
            text = "\n".join(str(part.get("text", "")) for part in _objects(item.get("content")))
            role = "assistant" if item.get("role") == "assistant" else "user"
            return Message(role, [Block("text", text=text)])


def responses_events(answer: ModelAnswer, turn: int) -> Iterator[Event]:
    """Yield the events of an answer, each with its name in its data too."""
    for name, data in _responses_events(answer, turn):
        yield name, {"type": name, **data}


def _responses_events(answer: ModelAnswer, turn: int) -> Iterator[Event]:
    response: Json = {"id": f"resp-{turn}"}
    yield "response.created", {"response": response}
    for number, part in enumerate(answer):
        match part:
            case Say(text):
                item: Json = {
                    "type": "message", "role": "assistant", "id": f"msg-{turn}-{number}",
                    "content": [{"type": "output_text", "text": text}],
                }  # fmt: skip
                yield "response.output_item.added", {"item": {**item, "content": []}}
                yield "response.output_text.delta", {"delta": text, "item_id": item["id"]}
            case CallTool(_, arguments):
                wanted = {
                    "cmd": arguments["command"],
                    "sandbox_permissions": "require_escalated",  # else it is not asked
                    "justification": "Work",
                }
                item = {
                    "type": "function_call", "name": "exec_command", "id": f"fc-{turn}-{number}",
                    "call_id": f"call-{turn}-{number}", "arguments": json.dumps(wanted),
                }  # fmt: skip
        yield "response.output_item.done", {"item": item}
    usage = {
        "input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2,
    }  # fmt: skip
    yield "response.completed", {"response": {**response, "usage": usage}}


def _objects(value: object) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []
