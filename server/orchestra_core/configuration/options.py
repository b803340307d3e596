"""Every option of the configuration in one table, for reading, `orchestra config` and its help.

The section `[keys]` is not in it: the room knows its keys (`orchestra_tui/keymap.py`).
"""

import re
import shlex
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from orchestra_core.configuration.default_limits import (
    DAYS_KEPT,
    GATE_SHARE,
    LINGER_SECONDS,
    MOST_DAYS,
    MOST_SECONDS,
    STUCK_SECONDS,
    UNREAD_SECONDS,
)

Value: TypeAlias = bool | int | str | tuple[str, ...]
Kind = Literal["flag", "whole", "choice", "text", "words", "command", "script"]
KEYS = "keys"
AGENTS = "agents"
PROTOCOLS = ("claude", "acp")
_ALLOWED: dict[Kind, str] = {
    "text": "a text on one line",
    "command": 'a command such as "opencode acp", or a list of its words',
    "words": 'a list of words such as ["code", "--wait"]',
    "script": 'a command such as "pytest -q" or ["pytest", "-q"], without control characters',
}
_AGENT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")


@dataclass(frozen=True, slots=True)
class ConfigOption:
    """One option: its dotted name, what it may be, and where it may be set.

    A `whole` number is from 0 to `most` and counts `unit`; the environment's `variable` wins. A
    repository's file may set only options that are `in_repository`: it came with somebody else's
    commit, so it may not run a program, delete anything or take a key.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    variable: str = ""
    most: int = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    in_repository: bool = False


OPTIONS: tuple[ConfigOption, ...] = (
    ConfigOption(
        "theme.name", "text", "",
        "The room's theme. Empty: the one last chosen in the room, at first orchestra-dark.",
    ),
    ConfigOption(
        "notifications.when", "choice", "away",
        "When to notify: while the terminal is unfocused, always, or never.",
        choices=("away", "always", "never"),
    ),
    ConfigOption("notifications.bell", "flag", default=True, help="Ring the terminal's bell."),
    ConfigOption(
        "notifications.desktop", "choice", "auto",
        "Ask the terminal to show a notification: with OSC 9, OSC 777, or where the terminal is "
        "known to understand one.",
        choices=("auto", "osc9", "osc777", "off"),
    ),
    ConfigOption(
        "notifications.command", "words", (),
        'A command to run as well, such as ["notify-send", "{title}", "{text}"]. No shell reads '
        "it.",
    ),
    ConfigOption(
        "notifications.title", "flag", default=True, help="Count in the terminal's title."
    ),
    ConfigOption(
        "limits.unread", "whole", UNREAD_SECONDS,
        "After how long unread mail is overdue; 0 is never.",
        variable="ORCHESTRA_UNREAD_LIMIT", most=MOST_SECONDS, unit="seconds", in_repository=True,
    ),
    ConfigOption(
        "limits.stuck", "whole", STUCK_SECONDS,
        "After how long a worker that runs one tool, or reports nothing, is stuck; 0 is never.",
        variable="ORCHESTRA_STUCK_LIMIT", most=MOST_SECONDS, unit="seconds",
    ),
    ConfigOption(
        "limits.linger", "whole", LINGER_SECONDS,
        "How long the daemon stays once nobody needs it; 0 ends it at once.",
        variable="ORCHESTRA_LINGER", most=MOST_SECONDS, unit="seconds",
    ),
    ConfigOption(
        "limits.large_file", "whole", 5_000_000,
        "Landing asks before it adds a file above this size. git's orchestra.largeFile wins.",
        most=10**15, unit="bytes", in_repository=True,
    ),
    ConfigOption(
        "limits.many_files", "whole", 100,
        "Landing asks before it adds a folder with more files. git's orchestra.manyFiles wins.",
        most=10**9, unit="files", in_repository=True,
    ),
    ConfigOption(
        "limits.gate_share", "whole", GATE_SHARE,
        "How much of the time the daemon may run gates while workers work; 0 is never.",
        most=100, unit="percent",
    ),
    ConfigOption(
        "limits.task_dollars", "whole", 0,
        "What the started workers of one task may use: at 80 % you are told, at 100 % they wait "
        "between two turns until you let them go on; 0 is no limit. Agents that report no cost "
        "count as free.",
        most=10**6, unit="dollars",
    ),
    ConfigOption(
        "limits.day_dollars", "whole", 0,
        "The same for all started workers of a project in one day; 0 is no limit.",
        most=10**6, unit="dollars",
    ),
    ConfigOption(
        "history.keep", "whole", DAYS_KEPT, "How long the daemon keeps the history; 0 keeps all.",
        variable="ORCHESTRA_HISTORY_KEEP", most=MOST_DAYS, unit="days",
    ),
    ConfigOption(
        "agents.default", "text", "claude",
        "The agent to start a worker with where none is named.",
    ),
    ConfigOption(
        "editor.command", "words", (),
        'The editor of "orchestra config --edit", such as ["code", "--wait"]. Empty: VISUAL or '
        "EDITOR.",
    ),
)  # fmt: skip
BY_NAME = {option.name: option for option in OPTIONS}
SECTIONS = (KEYS, *dict.fromkeys(option.name.split(".")[0] for option in OPTIONS))


def checked(option: ConfigOption, value: Any) -> Value | None:
    """Return a value from a file in the option's type, or None if the option does not allow it."""
    match option.kind:
        case "flag":
            return value if isinstance(value, bool) else None
        case "whole":
            return _whole(value, option.most)
        case "choice":
            return value if isinstance(value, str) and value in option.choices else None
        case "text":
            return value if isinstance(value, str) and value.isprintable() else None
        case "words":
            return words_of(value)
        case "command" | "script":
            return _command(value) if option.kind == "command" else _script(value)


def option_named(name: str) -> ConfigOption | None:
    """Return an option, or an agent's option, by its dotted name; None if there is none."""
    section, _, rest = name.partition(".")
    agent, _, member = rest.partition(".")
    if section != AGENTS or not _AGENT_NAME.fullmatch(agent):
        return BY_NAME.get(name)
    match member:
        case "command":
            return ConfigOption(name, "command", (), "The agent's program and its options.")
        case "protocol":
            return ConfigOption(name, "choice", "acp", "The protocol it speaks.", choices=PROTOCOLS)
        case _:
            return BY_NAME.get(name)


def _command(value: Any) -> tuple[str, ...] | None:
    """Return the words of a command given as a list or as one text; None if it is not one."""
    if not isinstance(value, str):
        return words_of(value) or None
    try:
        return tuple(shlex.split(value)) or None
    except ValueError:  # an unclosed quotation mark
        return None


def _script(value: Any) -> Value | None:
    """Return a shell line, or a program with its arguments; no character may be invisible."""
    if isinstance(value, str):
        return value if value.strip() and value.isprintable() else None
    words = words_of(value)
    return words if words and words[0] and all(map(str.isprintable, words)) else None


def words_of(value: Any) -> tuple[str, ...] | None:
    """Return the value if it is a list of words, else None."""
    if not isinstance(value, list):
        return None
    entries = cast("list[Any]", value)
    words = tuple(word for word in entries if isinstance(word, str) and "\0" not in word)
    return words if len(words) == len(entries) else None


def _whole(value: Any, most: int) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= most else None


def allowed(option: ConfigOption) -> str:
    """Return the values an option allows, worded for an error."""
    match option.kind:
        case "flag":
            return "true or false"
        case "whole":
            return f"a whole number of {option.unit} from 0 to {option.most}"
        case "choice":
            return " or ".join(f'"{choice}"' for choice in option.choices)
        case _:
            return _ALLOWED[option.kind]
