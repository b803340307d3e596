"""The line that /bin/sh runs before a Bash command: most plain commands need no Python.

What passes is a single command without quotes, redirections and variables, whose program only
reads, or builds in its own directory. Everything else starts the hook, which judges it.
"""

from collections.abc import Iterable

from orchestra_server.files.hook_setup.shell_guard import Command, guarded

READS = (
    *("ls", "cat", "head", "tail", "wc", "grep", "rg", "pwd", "echo", "true", "false", "which"),
    *("file", "stat", "du", "df", "date", "whoami", "diff", "cmp", "basename", "dirname"),
    *("realpath", "git status", "git show", "git log", "git diff", "git blame", "git rev-parse"),
    "sleep",
)
# These write below their directory, and where their arguments say.
BUILDS = (
    *("make", "pytest", "python -m pytest", "python3 -m pytest", "npm test", "npm run"),
    *("cargo build", "cargo check", "cargo test", "go test", "go vet"),
)
# Arguments of a build that may name a place outside its directory.
_ELSEWHERE = r"*..*|*\ /*|*=/*|*-C*"
_PLAIN = "A-Za-z0-9 ./_=:,@%+-"
# The key occurs once, because quotes within a value are escaped in JSON.
_COMMAND = "said=${asked#*'\"command\":'}; said=${said# }; said=${said#'\"'}; said=${said%%'\"'*}"
# In the main checkout: the conductor's own calls have no agent, and no chamber as directory.
WORKERS_ONLY = "case $asked in *'\"agent_id\"'*|*.claude/work*) ;; *) exit 0 ;; esac"


def bash_line(command: Command) -> str:
    """Return one line for /bin/sh that runs the hook's guard unless a command clearly passes.

    In the main checkout only calls of a subagent, or of a session in a chamber, are checked.
    """
    reads, builds = _pattern(READS), _pattern(BUILDS)
    is_judged = f"*[!{_escaped(_PLAIN)}]*|*--output*"
    passes = f"{is_judged}) ;; {reads}) exit 0 ;; {_ELSEWHERE}) ;; {builds}) exit 0 ;;"
    workers = "" if command.mailbox else f"{WORKERS_ONLY}; "
    line = guarded(command, command.present, "guard")
    judged = f"printf '%s\\n' \"$asked\" | {{ {line}; }}"
    return f"asked=$(cat); {workers}{_COMMAND}; case $said in {passes} esac; {judged}"


def _pattern(programs: Iterable[str]) -> str:
    """Return a shell pattern for these programs with any arguments."""
    return "|".join(f"{_escaped(words)}|{_escaped(words)}\\ *" for words in programs)


def _escaped(words: str) -> str:
    """Return words escaped for a shell pattern, in which spaces must not end it."""
    return words.replace(" ", "\\ ")
