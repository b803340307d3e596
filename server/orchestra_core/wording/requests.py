"""What a worker asks for, in one line and in full: the same in the room and the commands."""

from typing import Literal, NamedTuple, TypeAlias, cast

import msgspec
from msgspec import Struct

from orchestra_core.models import WorkerRequest
from orchestra_core.text import clean, one_line

LineKind: TypeAlias = Literal["plain", "muted", "removed", "added", "option"]
_SUBJECTS = ("command", "file_path", "notebook_path", "path", "url", "pattern", "description")
_MARKS: dict[LineKind, str] = {"removed": "- ", "added": "+ "}
_SHORT = 300


class Choice(Struct, frozen=True):
    """One of a question's options."""

    label: str = ""
    description: str = ""


class Question(Struct, frozen=True, rename="camel"):
    """One question of a request, as the client words it."""

    question: str = ""
    header: str = ""
    options: tuple[Choice, ...] = ()
    multi_select: bool = False


class AskedLine(NamedTuple):
    """A line of what is asked, and its kind."""

    text: str
    kind: LineKind = "plain"

    @property
    def marked(self) -> str:
        """The line with its sign of removed or added, as in a diff."""
        return f"{_MARKS.get(self.kind, '')}{self.text}"


class _Questions(Struct, frozen=True):
    questions: tuple[Question, ...] = ()


def questions_of(request: WorkerRequest) -> tuple[Question, ...]:
    """Return a request's questions, () for a permission."""
    if request.kind != "question":
        return ()
    try:
        return msgspec.json.decode(request.tool_input, type=_Questions).questions
    except msgspec.DecodeError:
        return ()


def asked_in_short(request: WorkerRequest) -> str:
    """Return, in one line, the tool and what it is to do, or the first question."""
    subject = asked_subject(request)
    if request.kind == "question":
        return subject
    return one_line(f"{request.tool}: {subject}" if subject else request.tool, _SHORT)


def asked_subject(request: WorkerRequest) -> str:
    """Return, in one line, what the tool is to do ("" if unknown), or a question."""
    if request.kind == "question":
        questions = questions_of(request)
        more = f" (and {len(questions) - 1} more)" if len(questions) > 1 else ""
        return one_line(f"{questions[0].question}{more}" if questions else "a question", _SHORT)
    asked = fields_of(request)
    return one_line(next(filter(None, (_text(asked.get(name)) for name in _SUBJECTS)), ""), _SHORT)


def asked_in_full(request: WorkerRequest) -> list[AskedLine]:
    """Return everything that is asked: the questions with their options, a command, or a change."""
    questions = questions_of(request)
    if questions:
        return [line for question in questions for line in question_lines(question)]
    asked = fields_of(request)
    command = _text(asked.get("command"))
    if command:
        return [*_lines(command), *_lines(_text(asked.get("description")), "muted")]
    place = _text(asked.get("file_path")) or _text(asked.get("notebook_path"))
    if place:
        return [*_lines(place), *_change_lines(asked)]
    return _member_lines(asked)


def question_lines(question: Question) -> list[AskedLine]:
    """Return a question and its numbered options."""
    lines = _lines(question.question)
    for number, option in enumerate(question.options, 1):
        explained = f": {option.description}" if option.description else ""
        lines.append(AskedLine(f"{number}  {one_line(option.label + explained)}", "option"))
    return lines


def answer_in_short(request: WorkerRequest) -> str:
    """Return the answer in a few words."""
    match request.answer:
        case "allow-like":
            return f"allow, and similar calls: {request.like}"
        case "deny":
            return one_line(f"deny: {request.words}" if request.words else "deny")
        case "choose":
            return one_line("; ".join(request.choices))
        case _:
            return request.answer or ""


def fields_of(request: WorkerRequest) -> dict[str, object]:
    """Return the fields of the tool's input, {} if they cannot be read."""
    try:
        return msgspec.json.decode(request.tool_input, type=dict[str, object])
    except msgspec.DecodeError:
        return {}


def _change_lines(asked: dict[str, object]) -> list[AskedLine]:
    edits = asked.get("edits")
    changes = cast("list[object]", edits) if isinstance(edits, list) else [asked]
    lines = list[AskedLine]()
    for change in changes:
        if isinstance(change, dict):
            parts = cast("dict[str, object]", change)
            lines += _lines(_text(parts.get("old_string")), "removed")
            new = _text(parts.get("new_string")) or _text(parts.get("new_source"))
            lines += _lines(new, "added")
    return [*lines, *_lines(_text(asked.get("content")), "added")]


def _member_lines(asked: dict[str, object]) -> list[AskedLine]:
    return [
        AskedLine(one_line(f"{name}: {value if isinstance(value, str) else _json(value)}"))
        for name, value in asked.items()
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _lines(text: str, kind: LineKind = "plain") -> list[AskedLine]:
    return [AskedLine(clean(line), kind) for line in text.splitlines()]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
