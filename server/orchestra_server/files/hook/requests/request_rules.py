"""Which requests of a worker are allowed without asking, and which calls are like another.

By default a worker may change files in its own chamber and use git there, if its client's mode
accepts edits. Anything that is not clearly that is asked.
"""

import os

from orchestra_server.files.hook.bash.shell_words import COMMAND, TEXT, Part, Splitter
from orchestra_server.files.hook.find_reader import DISCOVERY, Reader
from orchestra_server.files.hook.json_files import (
    Fields,
    file_name_part,
    items_of,
    object_of,
    one_line,
    read_json,
    text,
)

# Auto mode accepts edits as well, but asks only about calls that its check has stopped.
EDITING_MODES = ("acceptEdits", "bypassPermissions")
FILE_TOOLS = ("Edit", "Write", "MultiEdit", "NotebookEdit", "Read", "NotebookRead")
ASKING_TOOLS = ("AskUserQuestion", "ExitPlanMode")
EXPANDED = "~*?[{"  # characters that a shell expands
FOLLOWED_BY = ("&&", ";", "\n")
GIT_COMMANDS = ("status", "diff", "log", "show", "add", "commit")
# Git options that take no file, run nothing and leave the person's hooks alone.
GIT_OPTIONS = (
    *("-m", "--message", "-a", "-am", "--all", "-A", "-q", "--quiet", "-u", "--update", "-v"),
    *("--amend", "--no-edit", "--stat", "--cached", "--staged", "--name-only", "--name-status"),
    *("-s", "--short", "-b", "--branch", "--porcelain", "--oneline", "-p", "--patch", "--"),
)
RUN_ANYTHING = (
    *("sh", "bash", "dash", "zsh", "ksh", "fish", "env", "sudo", "xargs", "eval", "exec", "time"),
    *("command", "nohup", "nice", "timeout", "builtin", "source", ".", "find", "ssh", "doas"),
    *("python", "python3", "node", "perl", "ruby", "npx", "uvx", "awk"),
)


def is_allowed(reader: Reader, payload: Fields, like: str) -> bool:
    """Tell whether a call needs no answer, by default or by a rule of its chamber."""
    return bool(like and like in rules_of(reader)) or is_own_work(reader, payload)


def rules_of(reader: Reader) -> list[str]:
    """Return the rules that answers have given the chamber."""
    orchestra = os.path.dirname(reader.spool)
    name = file_name_part(text(reader.chamber.get("chamber_id")))
    rules = read_json(os.path.join(orchestra, "allowed", f"{name}.json")) if reader.spool else {}
    return [text(rule) for rule in items_of(rules.get("rules"))]


def is_own_work(reader: Reader, payload: Fields) -> bool:
    """Tell whether a call only works on the chamber's own files or branch."""
    tool, tool_input = text(payload.get("tool_name")), object_of(payload.get("tool_input"))
    cwd = text(payload.get("cwd"))
    if tool == "Write" and is_discovery(reader, os.path.join(cwd, target_of(tool_input))):
        return True
    if text(payload.get("permission_mode")) not in EDITING_MODES:
        return False
    if tool in FILE_TOOLS:
        return is_own_file(reader, os.path.join(cwd, target_of(tool_input)))
    return tool == "Bash" and is_own_git(reader, text(tool_input.get("command")), cwd)


def is_discovery(reader: Reader, path: str) -> bool:
    """Tell whether a path is the file in which the worker tells others its discoveries."""
    return os.path.realpath(path) == os.path.join(os.path.realpath(reader.root), DISCOVERY)


def is_own_file(reader: Reader, path: str) -> bool:
    """Tell whether a path is a file of the chamber that does not configure programs."""
    real, root = os.path.realpath(path), os.path.realpath(reader.root)
    is_in_chamber = real.startswith(f"{root}/")
    return is_in_chamber and not any(part.startswith(".") for part in path_below(reader, real))


def is_here(reader: Reader, directory: str) -> bool:
    """Tell whether a directory is in the chamber."""
    root = os.path.realpath(reader.root)
    return f"{os.path.realpath(directory)}/".startswith(f"{root}/")


def is_own_git(reader: Reader, command: str, cwd: str) -> bool:
    """Tell whether a command consists of plain git commands in the chamber."""
    commands = plain_commands(command)
    if commands and commands[0][0] == "cd":
        _, *where = commands.pop(0)
        directory = where[0] if len(where) == 1 else ""
        cwd = os.path.join(cwd, directory)
        # If the directory does not exist, what follows a semicolon runs in the old one.
        if directory[:1] in ("", "-", "~") or not os.path.isdir(cwd):
            return False
    return bool(commands) and all(is_plain_git(reader, words, cwd) for words in commands)


def is_plain_git(reader: Reader, words: list[str], cwd: str) -> bool:
    """Tell whether words are a plain git command in the chamber."""
    if words[:2] == ["git", "-C"] and words[2:] and not any(sign in words[2] for sign in EXPANDED):
        cwd, words = os.path.join(cwd, words[2]), ["git", *words[3:]]
    if words[:1] != ["git"] or not words[1:] or words[1] not in GIT_COMMANDS:
        return False
    if not is_here(reader, cwd):
        return False
    return all(is_plain_option(word) for word in words[2:] if word.startswith("-"))


def is_plain_option(word: str) -> bool:
    """Tell whether an option is on the list, or combines letters that are, such as `-qm`."""
    if word.partition("=")[0] in GIT_OPTIONS:
        return True
    letters = word[1:].partition("m")[0] if word[:2] != "--" else ""
    has_message = word[1 + len(letters) :] == "m"
    return has_message and all(f"-{letter}" in GIT_OPTIONS for letter in letters)


def plain_words(command: str) -> list[str]:
    """Return the words of a single command without shell expansions, else []."""
    commands = plain_commands(command)
    return commands[0] if len(commands) == 1 else []


def plain_commands(command: str) -> list[list[str]]:
    """Return the words of consecutive commands, [] if a shell does more than run them."""
    commands = [list[str]()]
    for token in Splitter(command.strip()).tokens():
        if token.operator in FOLLOWED_BY:
            commands.append([])
        elif token.operator or not all(is_plain_text(part) for part in token.parts):
            return []
        else:
            commands[-1].append("".join(content for _, content, _ in token.parts))
    return commands if all(commands) else []


def is_plain_text(part: Part) -> bool:
    """Tell whether a part of a word is literal: a text, or `$(cat <<'EOF' …)` in quotes."""
    kind, content, is_quoted = part
    if kind != COMMAND or not is_quoted:
        return kind == TEXT
    tokens = [token for token in Splitter(content.strip()).tokens() if token.operator != "\n"]
    if [token.operator for token in tokens] != ["", "<<", ""]:
        return False
    program, document, _ = tokens
    is_literal = all(kind == TEXT for kind, _, _ in document.body)
    return program.parts == [(TEXT, "cat", False)] and is_literal


def like_of(reader: Reader, payload: Fields) -> str:
    """Return the rule for a call and similar ones, "" if there can be none."""
    tool, tool_input = text(payload.get("tool_name")), object_of(payload.get("tool_input"))
    if tool in ASKING_TOOLS:
        return ""
    if tool == "Bash":
        return like_of_command(text(tool_input.get("command")))
    target = target_of(tool_input)
    if target:
        path = os.path.realpath(os.path.join(text(payload.get("cwd")), target))
        is_configuration = any(part.startswith(".") for part in path_below(reader, path))
        return "" if is_configuration else f"{tool}({os.path.dirname(path)}/*)"
    url = text(tool_input.get("url"))
    host = url.partition("://")[2].partition("/")[0]
    return one_line(f"{tool}(domain:{host})" if url else tool, 500)


def path_below(reader: Reader, path: str) -> list[str]:
    """Return the parts of a path; for a path in the chamber, those below its root."""
    return path.removeprefix(f"{os.path.realpath(reader.root)}/").split("/")


def like_of_command(command: str) -> str:
    """Return the rule for a plain command: its program, and its subcommand if it has one."""
    words = plain_words(command)
    if not words or "=" in words[0] or os.path.basename(words[0]) in RUN_ANYTHING:
        return ""
    has_subcommand = bool(words[1:]) and words[1].replace("-", "").replace(":", "").isalpha()
    is_plain_word = has_subcommand and not words[1].startswith("-")
    return one_line(f"Bash({' '.join(words[: 2 if is_plain_word else 1])}:*)", 500)


def target_of(tool_input: Fields) -> str:
    """Return the file that a tool works on, "" for none."""
    return text(tool_input.get("file_path")) or text(tool_input.get("notebook_path"))
