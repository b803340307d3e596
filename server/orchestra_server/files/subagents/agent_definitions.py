"""Whether an agent's definition asks for a worktree, which its `Agent` call does not say."""

import os
import re

_FOLDER = os.path.join(".claude", "agents")
_HEAD = 4_096  # bytes; the front matter comes first
_ISOLATED = re.compile(r"^isolation:\s*['\"]?worktree\b", re.MULTILINE)


def defines_worktree(agent_type: str, root: str, home: str) -> bool:
    """Tell whether the agent of this name is defined with `isolation: worktree`."""
    named = re.compile(rf"^name:\s*['\"]?{re.escape(agent_type)}['\"]?\s*$", re.MULTILINE)
    folders = (os.path.join(place, _FOLDER) for place in (root, home) if place)
    heads = (head for folder in folders for head in _heads(folder)) if agent_type else ()
    return any(named.search(head) and _ISOLATED.search(head) for head in heads)


def _heads(folder: str) -> list[str]:
    """Return the beginnings of all definitions in a folder; unreadable files define nothing."""
    heads = list[str]()
    for directory, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith(".md"):
                try:
                    with open(os.path.join(directory, name), "rb") as file:
                        heads.append(file.read(_HEAD).decode("utf-8", "replace"))
                except OSError:
                    continue
    return heads
