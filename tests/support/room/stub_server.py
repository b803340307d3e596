"""A server on stdio that fails in every way a server can: by the name of the tool."""

import json
import os
import signal
import sys
from typing import TextIO

import msgspec


class ClientRequest(msgspec.Struct):
    """What a client asks; a notification has no id."""

    method: str
    id: int | None = None
    params: dict[str, object] = {}


def answer(request: ClientRequest, out: TextIO) -> None:
    result: dict[str, object] = {}
    match request.params.get("name"):
        case "die":
            os._exit(9)
        case "hang":
            return
        case "chatter":
            out.write("this is no JSON\n" + '{"jsonrpc":"2.0","method":"notifications/x"}\n')
            out.write('{"jsonrpc":"2.0","id":"s1","method":"ping"}\n')
            out.write('{"jsonrpc":"2.0","id":"s2","method":"roots/list"}\n')
            out.flush()
            replies = [json.loads(sys.stdin.readline()) for _ in range(2)]
            result = {"content": [], "structuredContent": replies}
        case "refuse":
            result = {"content": [{"type": "text", "text": "no\n such"}], "isError": True}
        case _:
            result = {"content": [], "structuredContent": {"echo": request.params}}
    out.write(json.dumps({"jsonrpc": "2.0", "id": request.id, "result": result}) + "\n")
    out.flush()


def main() -> None:
    if "never-ready" in sys.argv:
        sys.exit("cannot start")
    if "linger" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for line in sys.stdin:
        request = msgspec.json.decode(line, type=ClientRequest)
        if request.id is not None:
            answer(request, sys.stdout)
    if "linger" in sys.argv:
        signal.pause()


if __name__ == "__main__":
    main()
