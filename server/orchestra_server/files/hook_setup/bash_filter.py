"""The line that /bin/sh runs before a Bash command: most plain commands need no Python.

What passes here is one command without quotes, redirections, variables or further commands, whose
program only reads or builds. All else starts the hook, which judges it.
"""

from orchestra_server.files.hook_setup.shell_guard import Command, guarded

_READING = (
    *("ls", "cat", "head", "tail", "wc", "grep", "rg", "pwd", "echo", "true", "false", "which"),
    *("file", "stat", "du", "df", "date", "whoami", "diff", "cmp", "basename", "dirname"),
    *("realpath", "make", "pytest", "python -m pytest", "python3 -m pytest", "npm test"),
    *("npm run", "cargo build", "cargo check", "cargo test", "go test", "go vet", "sleep"),
    *("git status", "git show", "git log", "git diff", "git blame", "git rev-parse"),
)
_PLAIN = "A-Za-z0-9 ./_=:,@%+-"
# The key stands once: quotes within a value are escaped in JSON.
_COMMAND = "said=${asked#*'\"command\":'}; said=${said# }; said=${said#'\"'}; said=${said%%'\"'*}"
# In the main checkout: the conductor's own calls have no agent, and no chamber as directory.
WORKERS_ONLY = "case $asked in *'\"agent_id\"'*|*.claude/work*) ;; *) exit 0 ;; esac"


def bash_line(command: Command) -> str:
    """Return one line for /bin/sh that runs the hook's guard unless a command plainly passes.

    In the main checkout only what a subagent calls, or a session in a chamber, is looked at.
    """
    words = "|".join(f"{_escaped(words)}|{_escaped(words)}\\ *" for words in _READING)
    passes = f"case $said in *[!{_escaped(_PLAIN)}]*|*--output*) ;; {words}) exit 0 ;; esac"
    workers = "" if command.mailbox else f"{WORKERS_ONLY}; "
    line = guarded(command, command.present, "guard")
    return f"asked=$(cat); {workers}{_COMMAND}; {passes}; printf '%s\\n' \"$asked\" | {{ {line}; }}"


def _escaped(words: str) -> str:
    """Return words for a pattern of the shell, whose spaces must not end it."""
    return words.replace(" ", "\\ ")
