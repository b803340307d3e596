"""Tells a worker that its chamber is gone, and denies its calls.

A client keeps the hooks that it read at its start. If its worker makes the directory again, git
there means the main checkout, or a repository made there, so no call runs in it.
"""

import sys

from orchestra_server.files.hook.answer_events import NOT_RUN
from orchestra_server.files.hook.find_reader import Reader, closed_mark
from orchestra_server.files.hook.json_files import Fields, dump, remove, write_json

ENDS = ("Stop", "SubagentStop")
TELLS_IN_CONTEXT = ("SessionStart", "UserPromptSubmit", "PostToolUse", "PostToolBatch")


def answer_closed(event: str, reader: Reader) -> None:
    """Print the answer to an event; an ending subagent is free to work in another chamber."""
    if event == reader.ends_by and reader.memory:
        binding: Fields = {"chamber": reader.root, "agent": reader.agent_id, "ended": True}
        write_json(reader.memory, binding)
        remove(closed_mark(reader.memory))
    answer = closed_answer(event, reader.gemini_event, closed_message(event, reader.name))
    if answer:
        sys.stdout.write(dump(answer))
        sys.stdout.flush()


def closed_message(event: str, name: str) -> str:
    """Return what the worker of a closed chamber reads at an event, named as in Claude Code."""
    begin = f"{NOT_RUN}: chamber" if event == "PreToolUse" else "Chamber"
    return (
        f"{begin} {name} is closed or has lost its .git file: files written in its directory "
        "belong to no task, and git there means the main checkout or another repository. Report "
        "what you have and end your turn."
    )


def taken_message(event: str, name: str) -> str:
    """Return what a worker reads if its chamber is closed and its directory is another's now."""
    begin = f"{NOT_RUN}: chamber" if event == "PreToolUse" else "Chamber"
    return (
        f"{begin} {name} of your task is closed, and its directory is a chamber of another task "
        "now. Report what you have and end your turn."
    )


def closed_answer(event: str, gemini_event: str, message: str) -> Fields:
    """Return the answer to an event, {} for none: it denies a call, but lets a turn end.

    At the end of a turn the person reads the message; clients use two names for its field.
    """
    if event == "PreToolUse":
        denial: Fields = {"permissionDecision": "deny", "permissionDecisionReason": message}
        specific: Fields = {"hookEventName": event, **denial}
        return (
            {"decision": "deny", "reason": message}
            if gemini_event
            else {"hookSpecificOutput": specific}
        )
    if event in TELLS_IN_CONTEXT:
        client_event = gemini_event or event
        context: Fields = {"hookEventName": client_event, "additionalContext": message}
        return {"hookSpecificOutput": context}
    return {"systemMessage": message, "stopReason": message} if event in ENDS else {}
