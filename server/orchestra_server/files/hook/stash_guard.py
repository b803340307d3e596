"""The stash guard: no worker changes git's stash, because all chambers share one.

It ignores everything else that a shell command runs.
"""

import os

from orchestra_server.files.hook.answer_events import print_answer, read_suspension
from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import Fields, object_of, text
from orchestra_server.files.hook.shell_words import simple_commands
from orchestra_server.files.hook.take_mail import waiting_mail

# The aliases that mention stash, as `git config --get-regexp` prints them.
STASH_ALIASES = "ORCHESTRA_STASH_ALIASES"
KEYWORDS = ("!", "then", "do", "else", "elif", "if", "while", "until", "time")
WRAPPERS = ("exec", "env", "sudo", "command", "nohup", "nice", "timeout", "xargs", "builtin")
SHELLS = ("sh", "bash", "dash", "zsh", "ksh")
GIT_OPTIONS_WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace")
STASH_READS = ("list", "show", "create")
Aliases = dict[str, str]


def guard_stash(reader: Reader, payload: Fields) -> None:
    """Deny a command that changes the stash: pop, say, takes what any worker put there."""
    command = text(object_of(payload.get("tool_input")).get("command"))
    aliases = parse_aliases(os.environ.get(STASH_ALIASES, ""))
    if not changes_stash(command, aliases) or waiting_mail(reader) or read_suspension(reader):
        return
    reason = (
        "This call did not run: all chambers share one git stash, and another worker could take "
        f"your entry, or you theirs. Commit on your own branch instead (chamber {reader.name}; "
        "git commit --amend can change that commit later), or put the change into a file outside "
        "the repository: git diff > FILE, and git apply FILE."
    )
    print_answer("PreToolUse", reader, reason)


def parse_aliases(listed: str) -> Aliases:
    """Return aliases by name, of lines such as "alias.st stash"."""
    lines = [line.partition(" ") for line in listed.splitlines() if line.startswith("alias.")]
    return {name.removeprefix("alias."): value for name, _, value in lines}


def changes_stash(command: str, aliases: Aliases) -> bool:
    """Tell whether one of a shell command's parts is a `git stash` that changes the stash."""
    return any(part_changes_stash(words, aliases) for words in simple_commands(command))


def part_changes_stash(words: list[str], aliases: Aliases) -> bool:
    """Tell whether one simple command changes the stash."""
    words = without_wrappers(words)
    program = os.path.basename(words[0]) if words else ""
    if program == "eval":
        return changes_stash(" ".join(words[1:]), aliases)
    if program in SHELLS:
        options = [word for word in words if word.startswith("-") and word[1:].isalpha()]
        with_script = [words.index(option) + 1 for option in options if "c" in option]
        return any(
            changes_stash(script, aliases) for at in with_script for script in words[at:][:1]
        )
    return program == "git" and git_changes_stash(words[1:], aliases)


def without_wrappers(words: list[str]) -> list[str]:
    """Return a command's words from its program on, without assignments and wrappers like `env`."""
    is_wrapped = False
    while words:
        word = words[0]
        is_option = is_wrapped and (word.startswith("-") or word[:1].isdigit())
        if word not in (*KEYWORDS, *WRAPPERS) and "=" not in word and not is_option:
            break
        is_wrapped = is_wrapped or word in WRAPPERS
        words = words[1:]
    return words


def git_changes_stash(words: list[str], aliases: Aliases) -> bool:
    """Tell whether git's arguments do; an alias is looked up once, because it may name itself."""
    while words and words[0].startswith("-"):
        if words[0] == "-c" and words[1:] and words[1].startswith("alias."):
            name, _, value = words[1].removeprefix("alias.").partition("=")
            aliases = {**aliases, name: value}
        words = words[2 if words[0] in GIT_OPTIONS_WITH_VALUE else 1 :]
    command = words[0] if words else ""
    if command == "stash":
        return not (words[1:2] and words[1] in STASH_READS)
    alias = aliases.get(command, "")
    others = {name: value for name, value in aliases.items() if name != command}
    if alias.startswith("!"):
        return changes_stash(alias[1:], others)
    return bool(alias) and git_changes_stash([*alias.split(), *words[1:]], others)
