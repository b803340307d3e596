"""The briefing that a subagent reads at its start, from its chamber's `WORKER_CONTEXT.json`."""

import os

from orchestra_server.files.hook.json_files import (
    Fields,
    items_of,
    object_of,
    one_line,
    quoted,
    read_json,
    text,
)

_CONTEXT = os.path.join(".claude", "WORKER_CONTEXT.json")
_LONGEST = 9_000  # characters: Claude Code spills more than 10,000 into a file


def briefing(chamber: str, prompt: str) -> str:
    """Return what the worker in `chamber` must know besides its prompt; "" if that has everything.

    Names and texts of others are quoted: they are facts, not instructions of the client.
    """
    context = read_json(os.path.join(chamber, _CONTEXT))
    scope, mission = object_of(context.get("scope")), object_of(context.get("mission"))
    path = text(scope.get("path"))
    if not path or f"WHERE YOU WORK\n{path}" in prompt:
        return ""
    brief, request = text(context.get("brief")), text(mission.get("request"))
    place = (
        f"the git worktree {path}, on branch {text(scope.get('branch'))}; your shell starts there"
    )
    parts = [
        f"You work in chamber {text(context.get('chamber'))!r}: {place}.",
        _section("THE TASK, in the user's words", request, prompt),
        _section("YOUR PART, in the conductor's words", brief, prompt),
        _others(context),
        "\n".join(("RULES", *(f"- {text(rule)}" for rule in items_of(context.get("rules"))))),
        _file("MESSAGES", object_of(context.get("mail"))),
        _file("WHAT YOU FIND", object_of(context.get("discoveries"))),
    ]
    words = "\n\n".join(part for part in parts if part)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…\n(All of it: {_CONTEXT}.)"


def _section(title: str, words: str, prompt: str) -> str:
    return f"{title}\n{quoted(words)}" if words and words.strip() not in prompt else ""


def _file(title: str, described: Fields) -> str:
    return f"{title} ({text(described.get('file'))})\n{text(described.get('how'))}"


def _others(context: Fields) -> str:
    siblings = [object_of(sibling) for sibling in items_of(context.get("siblings"))]
    lines = [
        f"- {text(sibling.get('chamber'))}: {one_line(text(sibling.get('brief')), 200)}"
        for sibling in siblings
    ]
    return "\n".join(("OTHERS WORK AT THE SAME TIME IN", *lines)) if lines else ""
