"""Which chamber the words of an `Agent` call name; "" if they name none or several."""

import os
import re
from collections.abc import Collection, Mapping

from orchestra_server.files.hook.find_reader import CHAMBER_FOLDERS, HOOKS, load_chamber
from orchestra_server.files.hook.json_files import text

# They only read: where they start does not matter, and a chamber's mail is not for them.
_READERS = ("Explore", "Plan")
_NAME = "['\"`]?([a-z0-9][a-z0-9._-]*)"
_OWN_PLACE = re.compile(rf"\b[Ww]ork(?:ing)?(?: only)? in (?:the )?chamber:? {_NAME}")
_OWN_NAME = re.compile(r"\A\s*You are ([A-Za-z0-9._-]+)")
_PATH = re.compile(rf"\.claude/(?:{'|'.join(CHAMBER_FOLDERS)})/([a-z0-9][a-z0-9._-]*)")
_CHAMBER = re.compile(rf"\b[Cc]hamber:? {_NAME}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]*")


def standing_chambers(root: str) -> dict[str, str]:
    """Return the paths of the chambers that the main checkout's hook serves, by name."""
    folders = [os.path.join(root, ".claude", "worktrees")]
    folders += _entries(os.path.join(root, HOOKS, "elsewhere"))
    places = [os.path.realpath(place) for folder in folders for place in _entries(folder)]
    chambers = {place: load_chamber(place) for place in places}
    return {text(chamber["chamber"]): place for place, chamber in chambers.items() if chamber}


def _entries(folder: str) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(folder))
    except OSError:
        return []


def named_chamber(call: Mapping[str, object], chambers: Collection[str]) -> str:
    """Return the chamber, among those of these names, that a call's prompt is for.

    The surest sign counts: a prompt that gives the agent its place, as a briefing does; then the
    agent's name; then a path in a chamber; then the words "chamber NAME"; then a chamber's name in
    the description. A sign that points at several chambers, as in a reviewer's prompt, does not
    count.
    """
    if call.get("subagent_type") in _READERS:
        return ""
    prompt, description = (str(call.get(part, "")) for part in ("prompt", "description"))
    for sign, words in (
        *((sign, prompt) for sign in (_OWN_PLACE, _OWN_NAME, _PATH, _CHAMBER)),
        (_WORD, description.lower()),
    ):
        names = {name.rstrip(".") for name in sign.findall(words)}
        if sign is _OWN_NAME:
            names = {_end_of(name, chambers) for name in names}
        pointed_at = names.intersection(chambers)
        if pointed_at:
            return pointed_at.pop() if len(pointed_at) == 1 else ""
    return ""


def _end_of(agent: str, chambers: Collection[str]) -> str:
    """Return the chamber that an agent's name ends in, the longest match."""
    fitting = [name for name in chambers if agent == name or agent.endswith(f"-{name}")]
    return max(fitting, key=len, default="")
