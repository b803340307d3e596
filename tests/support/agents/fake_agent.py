"""An agent that is one small script, started as its client would be: `fake_agent.py claude|acp`.

It asks the scripted model at ANTHROPIC_BASE_URL, asks before each tool, and runs Bash for real. The
variable FAKE_AGENT_DAY gives it a bad day. It imports nothing of the project, so that it starts in
the time of a Python.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
DAY = os.environ.get("FAKE_AGENT_DAY", "")
HISTORY = Path(os.environ.get("HOME", ".")) / "fake-agent"


def send(message: Json) -> None:
    """Write one line; threads may do so at the same time."""
    os.write(1, json.dumps(message).encode() + b"\n")


class Agent:
    """The conversation and its turns; a front end says how they are told."""

    def __init__(self, tell: "Callable[..., Json | None]") -> None:
        self.tell = tell
        self.conversation = ""
        self.messages: list[Json] = []
        self.mail: queue.Queue[tuple[str, str]] = queue.Queue()
        self.stopped = threading.Event()
        self.child: subprocess.Popen[bytes] | None = None
        self.decisions: dict[str, queue.Queue[Json]] = {}

    def load(self, conversation: str) -> bool:
        """Continue a conversation; False if there is none with this id."""
        file = HISTORY / f"{conversation}.json"
        if not file.exists():
            return False
        self.conversation, self.messages = conversation, json.loads(file.read_text())
        return True

    def work(self) -> None:
        """Run turns for ever."""
        while True:
            text, prompt_id = self.mail.get()
            self.turn(text, prompt_id)

    def turn(self, text: str, prompt_id: str) -> None:
        self.stopped.clear()
        self.tell("read", prompt_id)
        self.messages.append({"role": "user", "content": text})
        reason = "done"
        while True:
            answer = self.ask_model()
            self.messages.append({"role": "assistant", "content": answer})
            self.save()
            calls = [block for block in answer if block["type"] == "tool_use"]
            for block in answer:
                self.tell("block", block)
            if not calls:
                break
            results = [self.run(call) for call in calls]
            if self.stopped.is_set():
                self.messages.append({"role": "user", "content": [*results, said("[aborted]")]})
                reason = "aborted"
                break
            self.messages.append({"role": "user", "content": [*results, *self.words_meanwhile()]})
        self.save()
        self.tell("end", reason)

    def save(self) -> None:
        """Keep the conversation for a later process."""
        HISTORY.mkdir(exist_ok=True, parents=True)
        (HISTORY / f"{self.conversation}.json").write_text(json.dumps(self.messages))

    def words_meanwhile(self) -> list[Json]:
        """Take in the messages that came during the tool."""
        words: list[Json] = []
        while not self.mail.empty():
            text, prompt_id = self.mail.get()
            self.tell("read", prompt_id)
            words.append(said(text))
        return words

    def run(self, call: Json) -> Json:
        decision: Json = {} if self.stopped.is_set() else self.tell("ask", call) or {}
        if decision.get("allow") and not self.stopped.is_set():
            text, failed = self.carry_out(call["name"], decision.get("input") or call["input"])
        else:
            text, failed = decision.get("words") or "not allowed", True
        self.tell("result", call["id"], text, failed)
        return {
            "type": "tool_result",
            "tool_use_id": call["id"],
            "content": text,
            "is_error": failed,
        }

    def carry_out(self, tool: str, arguments: Json) -> tuple[str, bool]:
        if tool == "AskUserQuestion":
            return json.dumps(arguments.get("answers", {})), False
        if tool != "Bash":
            return f"there is no tool {tool}", True
        # In a new session, as Claude Code does.
        self.child = subprocess.Popen(
            ["/bin/sh", "-c", arguments["command"]],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        if self.stopped.is_set():  # between the start and the line above
            os.killpg(self.child.pid, signal.SIGKILL)
        if DAY == "dies in a tool":
            time.sleep(0.05)
            sys.stderr.write("fatal: out of memory\n")
            sys.stderr.flush()
            os._exit(7)
        out, _ = self.child.communicate()
        status, self.child = self.child.returncode, None
        return out.decode() or f"status {status}", bool(status)

    def stop(self) -> None:
        self.stopped.set()
        for waiting in list(self.decisions.values()):
            waiting.put({"allow": False, "words": "aborted"})
        if self.child:
            os.killpg(self.child.pid, signal.SIGKILL)

    def ask(self, request_id: str, request: Json) -> Json:
        """Send a request and wait for the decision."""
        self.decisions[request_id] = queue.Queue()
        send(request)
        decision = self.decisions[request_id].get()
        del self.decisions[request_id]
        return decision

    def decide(self, request_id: str, decision: Json) -> None:
        if request_id in self.decisions:
            self.decisions[request_id].put(decision)

    def ask_model(self) -> list[Json]:
        body = {"messages": self.messages, "tools": [{"name": "Bash"}]}
        request = urllib.request.Request(  # noqa: S310 - a test's loopback
            f"{os.environ['ANTHROPIC_BASE_URL']}/v1/messages", json.dumps(body).encode()
        )
        blocks: list[Json] = []
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            for line in answer:
                if line.startswith(b"data: "):
                    take_event(json.loads(line[6:]), blocks)
        return blocks


def said(text: str) -> Json:
    return {"type": "text", "text": text}


def take_event(event: Json, blocks: list[Json]) -> None:
    if event["type"] == "content_block_start":
        blocks.append(dict(event["content_block"]))
    elif event["type"] == "content_block_delta":
        delta = event["delta"]
        if delta["type"] == "text_delta":
            blocks[-1]["text"] += delta["text"]
        else:
            blocks[-1]["input"] = json.loads(delta["partial_json"])


class Claude:
    """The stream-json front end."""

    def __init__(self, arguments: list[str]) -> None:
        self.agent = Agent(self.tell)
        if "--resume" in arguments:
            conversation = arguments[arguments.index("--resume") + 1]
            if not self.agent.load(conversation):
                sys.exit(f"No conversation found with session ID: {conversation}")
        else:
            self.agent.conversation = arguments[arguments.index("--session-id") + 1]

    def tell(self, what: str, *details: Any) -> Json | None:
        session = {"session_id": self.agent.conversation}
        match what, details:
            case "read", (uuid,):
                send(
                    {
                        "type": "command_lifecycle",
                        "command_uuid": uuid,
                        "state": "started",
                        **session,
                    }
                )
                send({"type": "system", "subtype": "init", "model": "fake", **session,
                      "claude_code_version": "9.9.9"})  # fmt: skip
            case "block", (block,):
                send({"type": "assistant", "message": {"content": [block]}, **session})
            case "ask", (call,):
                request = {"subtype": "can_use_tool", "tool_name": call["name"],
                           "input": call["input"], "tool_use_id": call["id"]}  # fmt: skip
                number = f"r-{call['id']}"
                asking = {"type": "control_request", "request_id": number, "request": request}
                return self.agent.ask(number, asking)
            case "result", (call_id, text, failed):
                block = {"type": "tool_result", "tool_use_id": call_id, "content": text,
                         "is_error": failed}  # fmt: skip
                send({"type": "user", "message": {"content": [block]}, **session})
            case "end", (reason,):
                aborted = reason == "aborted"
                subtype = "error_during_execution" if aborted else "success"
                ending = "aborted_tools" if aborted else "completed"
                models = {"fake": {"inputTokens": 1, "outputTokens": 1, "costUSD": 0.01}}
                send({"type": "result", "subtype": subtype,
                      "is_error": aborted, "terminal_reason": ending,
                      "result": "", "model_usage_since_last_result": models,
                      **session})  # fmt: skip
            case _:
                pass
        return None

    def receive(self, message: Json) -> None:
        match message:
            case {"type": "user", "message": {"content": text}}:
                self.agent.mail.put((text, message.get("uuid", "")))
            case {"type": "control_request", "request": {"subtype": what}}:
                self.control(message["request_id"], what)
            case {"type": "control_response", "response": {"response": answer, **rest}}:
                allow = answer.get("behavior") == "allow"
                decision = {"allow": allow, "words": answer.get("message")}
                decision["input"] = answer.get("updatedInput")
                self.agent.decide(rest["request_id"], decision)
            case _:
                pass

    def control(self, number: str, what: str) -> None:
        answer: Json = {}
        if what == "initialize":
            key = {} if DAY == "unsigned" else {"apiKeySource": "ANTHROPIC_API_KEY"}
            answer = {"account": {"tokenSource": "none", "apiProvider": "firstParty", **key}}
            answer["claude_code_version"] = "2.0.9" if DAY == "other version" else "9.9.9"
        response = {"subtype": "success", "request_id": number, "response": answer}
        send({"type": "control_response", "response": response})
        if what == "interrupt":
            for request_id in list(self.agent.decisions):
                send({"type": "control_cancel_request", "request_id": request_id})
            self.agent.stop()


class Acp:
    """The front end of the Agent Client Protocol."""

    def __init__(self) -> None:
        self.agent = Agent(self.tell)
        self.prompts: list[Json] = []
        self.turns = 0

    def tell(self, what: str, *details: Any) -> Json | None:
        match what, details:
            case "block", (block,) if block["type"] == "text":
                self.update(sessionUpdate="agent_message_chunk", content=block)
            case "block", (block,):
                self.update(
                    sessionUpdate="tool_call", toolCallId=block["id"], title=block["name"],
                    kind="execute", status="pending", rawInput={},
                )  # fmt: skip
            case "ask", (call,):
                shown = {"toolCallId": call["id"], "rawInput": call["input"], "kind": "execute"}
                kinds = ("allow_once", "allow_always", "reject_once")
                options = [{"optionId": kind, "kind": kind, "name": kind} for kind in kinds]
                params = {"sessionId": self.agent.conversation, "toolCall": shown,
                          "options": options}  # fmt: skip
                asking = {
                    "id": call["id"],
                    "method": "session/request_permission",
                    "params": params,
                }
                return self.agent.ask(call["id"], {"jsonrpc": "2.0", **asking})
            case "result", (call_id, text, failed):
                block = {"type": "content", "content": {"type": "text", "text": text}}
                self.update(
                    sessionUpdate="tool_call_update", toolCallId=call_id, content=[block],
                    status="failed" if failed else "completed",
                )  # fmt: skip
            case "end", (reason,):
                self.end(reason)
            case _:
                pass
        return None

    def end(self, reason: str) -> None:
        """Answer every prompt, also those that were read in the turn."""
        self.turns += 1
        cost = {"amount": self.turns / 100, "currency": "USD"}
        self.update(sessionUpdate="usage_update", used=10, size=100, cost=cost)
        answered, self.prompts = self.prompts, []
        stop = "cancelled" if reason == "aborted" else "end_turn"
        usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
        for prompt in answered:
            result = {"stopReason": stop, "usage": usage}
            send({"jsonrpc": "2.0", "id": prompt["id"], "result": result})

    def update(self, **update: Any) -> None:
        params = {"sessionId": self.agent.conversation, "update": update}
        send({"jsonrpc": "2.0", "method": "session/update", "params": params})

    def receive(self, message: Json) -> None:
        match message:
            case {"method": "initialize"}:
                capabilities: Json = {"loadSession": True, "sessionCapabilities": {}}
                self.result(message, {
                    "protocolVersion": 9 if DAY == "other version" else 1,
                    "agentCapabilities": capabilities,
                    "agentInfo": {"name": "opencode", "version": "9.9.9"},
                })  # fmt: skip
            case {"method": "session/new"} if DAY == "unsigned":
                error = {"code": -32000, "message": "Authentication required"}
                send({"jsonrpc": "2.0", "id": message["id"], "error": error})
            case {"method": "session/new"}:
                self.agent.conversation = f"s-{os.getpid()}"
                self.result(message, {"sessionId": self.agent.conversation})
            case {"method": "session/load", "params": {"sessionId": session}}:
                if self.agent.load(session):
                    self.update(sessionUpdate="agent_message_chunk", content=said("before"))
                    self.result(message, {})
                else:
                    error = {"code": -32602, "message": f"there is no session {session}"}
                    send({"jsonrpc": "2.0", "id": message["id"], "error": error})
            case {"method": "session/prompt", "params": {"prompt": [{"text": text}]}}:
                self.prompts.append(message)
                self.agent.mail.put((text, ""))
            case {"method": "session/cancel"}:
                self.agent.stop()
            case {"result": {"outcome": outcome}}:
                allow = outcome.get("optionId") == "allow_once"
                self.agent.decide(message["id"], {"allow": allow})
            case _:
                pass

    def result(self, message: Json, result: Json) -> None:
        send({"jsonrpc": "2.0", "id": message["id"], "result": result})


def bad_day() -> None:
    """Begin the day as the variable says."""
    if DAY == "exits":
        sys.exit("error: unknown option '--permission-prompt-tool'")
    if DAY == "hangs":
        time.sleep(600)
    if DAY == "garbage":
        os.write(1, b"Warning: something\n\x1b[31mred\n{half\n[1]\n\xff\xfe\n")
    if DAY == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


def spoil_prompt() -> None:
    """Let the bad day begin with a prompt."""
    if DAY == "flood":
        flood(100_000_000)
    if DAY == "freezes":
        sys.stderr.write("lost its network\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGSTOP)


def flood(size: int) -> None:
    """Write lines of 100 KB, and one as long as all of them."""
    for end in (b"\n", b""):
        rest = memoryview((b"x" * 99_999 + (end or b"x")) * (size // 200_000))
        while rest:
            rest = rest[os.write(1, rest) :]
    os.write(1, b"\n")


def main() -> None:
    bad_day()
    front = Acp() if sys.argv[1] == "acp" else Claude(sys.argv[2:])
    threading.Thread(target=front.agent.work, daemon=True).start()
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message.get("type") == "user" or message.get("method") == "session/prompt":
            spoil_prompt()
        front.receive(message)
    if DAY == "stubborn":
        time.sleep(600)


main()
