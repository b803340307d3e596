"""Parses commands in their plain form; any other form is left to the argument parser."""

from collections.abc import Mapping
from itertools import takewhile
from typing import NamedTuple

_REQUIRES = ("review", "stop", "suspend")

Command = dict[str, object]


class Form(NamedTuple):
    """What a command takes.

    A flag sets a field to a value, an option to the next word, and one of `several` to all
    following words. `rest` is the field for the remaining words; `least` is how many there must be.
    """

    flags: Mapping[str, tuple[str, object]] = {}
    options: Mapping[str, str] = {}
    several: Mapping[str, str] = {}
    words: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    rest: str = ""
    least: int = 0


_JSON: Mapping[str, tuple[str, object]] = {"--json": ("json", True)}
_TASK = {"--task": "task"}
_CONFIRM: Mapping[str, tuple[str, object]] = {"--confirm": ("confirm", True)}
_FORMS = {
    "status": Form(_JSON),
    "interrupt": Form(
        options={"--requires": "requires", "--task": "task", "--cancel": "cancel"},
        words=("chamber", "text"),
    ),
    "resume": Form(options=_TASK, words=("chamber",)),
    "start": Form(
        options={"--agent": "agent", "--policy": "policy", "--task": "task"},
        words=("chamber", "text"),
    ),
    "stop": Form(options=_TASK, words=("chamber",)),
    "answer": Form(_JSON, optional=("request",), rest="words"),
    "__complete": Form(words=("kind",)),
    "create": Form(
        {**_JSON, "--start": ("start", True)},
        {"--task": "task", "--title": "title", "--agent": "agent", "--policy": "policy"},
        rest="chambers",
        least=1,
    ),
    "diff": Form(
        {
            **_JSON,
            "--stat": ("stat", True),
            "--uncommitted": ("part", "uncommitted"),
            "--all": ("part", "all"),
        },
        _TASK,
        words=("chamber",),
    ),
    "land": Form(
        {
            **_JSON,
            **_CONFIRM,
            "--partial": ("partial", True),
            "--again": ("again", True),
            "--dry-run": ("dry_run", True),
            "--yes": ("yes", True),
            "-y": ("yes", True),
        },
        {"--summary": "summary", "-m": "summary"},
        {"--only": "only"},
        optional=("task",),
    ),
    "close": Form({**_JSON, **_CONFIRM}, _TASK, words=("chamber",)),
}
CHAMBER_COMMANDS = ("create", "diff", "land", "close")


def is_known(name: str) -> bool:
    """Tell whether the daemon answers a command of that name."""
    return name in _FORMS


def parse_command(name: str, arguments: list[str]) -> Command | None:
    """Return a command's fields; None if its arguments are not in their plain form."""
    form = _FORMS[name]
    options = _read_options(form, arguments)
    if options is None or options[0].get("requires", "review") not in _REQUIRES:
        return None
    members, words = options
    if name == "create" and "task" in members and "title" in members:
        return None  # they exclude each other
    if "cancel" in members:
        return None if words else {"name": name, **members}
    named = _read_words(form, words)
    return None if named is None else {"name": name, **members, **named}


def _read_options(form: Form, arguments: list[str]) -> tuple[Command, list[str]] | None:
    """Return the fields that options set, and the other words."""
    members: Command = {}
    lists: dict[str, list[str]] = {}
    words, rest = list[str](), list(arguments)
    while rest:
        argument = rest.pop(0)
        if _is_word(argument):
            words.append(argument)
        elif argument in form.flags:
            member, value = form.flags[argument]
            if members.setdefault(member, value) != value:
                return None  # one of several that exclude each other
        elif argument in form.options and (values := _take_words(rest, 1)):
            members[form.options[argument]] = values[0]
        elif argument in form.several and (values := _take_words(rest)):
            lists.setdefault(form.several[argument], []).extend(values)
        else:
            return None
    return {**members, **lists}, words


def _is_word(argument: str) -> bool:
    return bool(argument) and not argument.startswith("-")


def _take_words(rest: list[str], most: int | None = None) -> list[str]:
    """Take the leading words off `rest`."""
    words = list(takewhile(_is_word, rest[:most]))
    del rest[: len(words)]
    return words


def _read_words(form: Form, words: list[str]) -> Command | None:
    """Return the fields that words set; None for too few or too many words."""
    expected = form.words + form.optional[: len(words)]
    rest = words[len(expected) :]
    if len(words) < max(len(expected), form.least) or (rest and not form.rest):
        return None
    named: Command = dict(zip(expected, words, strict=False))
    return {**named, form.rest: rest} if form.rest else named
