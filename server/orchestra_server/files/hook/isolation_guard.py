"""The isolation guard: a worker's tool writes in its own chamber or outside the repository.

Git's stash is outside too: all chambers share it.
"""

import os

from orchestra_server.files.hook.answer_events import print_answer, read_suspension
from orchestra_server.files.hook.find_reader import HOOKS, SETTINGS, Reader, chamber_in
from orchestra_server.files.hook.json_files import Fields, object_of, read_json, text
from orchestra_server.files.hook.take_mail import waiting_mail

BEFORE_COMMAND = ("!", "then", "do", "else", "if", "while", "time", "exec", "env", "sudo")
GIT_OPTIONS_WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace")
STASH_READS = ("list", "show", "create")


def guard_write(reader: Reader, payload: Fields) -> None:
    """Deny a write into the main checkout or another chamber, and name the right path.

    Does nothing where mail or a suspension denies the call anyway.
    """
    tool_input, cwd = object_of(payload.get("tool_input")), text(payload.get("cwd"))
    target = text(tool_input.get("file_path")) or text(tool_input.get("notebook_path"))
    path, main = os.path.realpath(os.path.join(cwd, target)), os.path.realpath(reader.main)
    in_main = f"{path}/".startswith(f"{main}/")
    in_chamber = f"{path}/".startswith(f"{os.path.realpath(reader.root)}/")
    if not target or not reader.main or not in_main or in_chamber:
        return
    settings = read_json(os.path.join(main, HOOKS, SETTINGS))
    if settings.get("isolation") is False or waiting_mail(reader) or read_suspension(reader):
        return
    other_chamber = chamber_in(f"{path}/", main, main)
    owner = f"chamber {other_chamber.get('chamber')}" if other_chamber else "the main checkout"
    right_path = reader.place(os.path.relpath(path, text(other_chamber.get("root")) or main))
    reason = (
        f"This call did not run: {path} is in {owner}, and you work in chamber {reader.name}. "
        f"Write to {right_path} instead."
    )
    print_answer("PreToolUse", reader, reason)


def guard_stash(reader: Reader, payload: Fields) -> None:
    """Deny a command that changes git's stash: all chambers share one, and pop takes any of it."""
    command = text(object_of(payload.get("tool_input")).get("command"))
    if not changes_stash(command) or waiting_mail(reader) or read_suspension(reader):
        return
    reason = (
        "This call did not run: all chambers share one git stash, so that another worker could "
        f"take yours or you another's. Commit in your own branch instead (chamber {reader.name}; "
        "git commit --amend goes on with it), or put the change into a file outside the "
        "repository: git diff > FILE, and git apply FILE."
    )
    print_answer("PreToolUse", reader, reason)


def changes_stash(command: str) -> bool:
    """Tell whether one of a shell command's parts is a `git stash` that changes the stash."""
    bare = without_quoted(command)
    for separator in ";&|(){}`\n":
        bare = bare.replace(separator, "\n")
    return any(part_changes_stash(line.split()) for line in bare.split("\n"))


def part_changes_stash(words: list[str]) -> bool:
    """Tell the same of the words of one simple command."""
    while words and (words[0] in BEFORE_COMMAND or "=" in words[0]):
        words = words[1:]
    if not words or os.path.basename(words[0]) != "git":
        return False
    words = words[1:]
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in GIT_OPTIONS_WITH_VALUE else 1 :]
    return words[:1] == ["stash"] and not (words[1:2] and words[1] in STASH_READS)


def without_quoted(command: str) -> str:
    """Return a command whose quoted words say nothing: a commit message is no command."""
    parts, quote = list[str](), ""
    for character in command.replace("\\\n", " "):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
            parts.append("QUOTED")
        else:
            parts.append(character)
    return "".join(parts)
