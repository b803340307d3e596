"""Explains in one line what is wrong with a call's arguments, instead of pydantic's dump."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from orchestra_core.text import one_line

_VALUE_LIMIT = 60
_PROBLEM_LIMIT = 3
_EXPECTED = {
    "string_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list of texts",
    "tuple_type": "a list of texts",
    "dict_type": "an object of texts",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """A tool's name, its arguments in order, and the required ones."""

    tool: str
    names: tuple[str, ...]
    required: frozenset[str]


def explain(signature: Signature, problems: Sequence[ErrorDetails]) -> str:
    """Return one line with each problem, its value, and what the tool takes."""
    lines = [_problem(signature, problem) for problem in problems[:_PROBLEM_LIMIT]]
    if len(problems) > _PROBLEM_LIMIT:
        lines.append(f"and {len(problems) - _PROBLEM_LIMIT} more")
    return f"{'; '.join(lines)}; {_accepted_arguments(signature)}"


def _problem(signature: Signature, problem: ErrorDetails) -> str:
    name = _path(problem["loc"])
    kind = problem["type"]
    if kind == "extra_forbidden":
        similar = get_close_matches(name, signature.names, n=1)
        meant = f", did you mean {similar[0]!r}?" if similar else ""
        return f"unknown argument {one_line(name, _VALUE_LIMIT)!r} for {signature.tool}{meant}"
    if kind == "missing":
        return f"{name} is missing for {signature.tool}"
    value = one_line(json.dumps(problem["input"], ensure_ascii=False, default=repr), _VALUE_LIMIT)
    if kind == "literal_error":
        return f"{name} is {value}; use one of {problem.get('ctx', {}).get('expected', '')}"
    expected = _EXPECTED.get(kind)
    if expected:
        return f"{name} is {value}; give {expected}"
    return f"{name} is {value}: {one_line(problem['msg'], 200)}"


def _path(loc: Sequence[int | str]) -> str:
    first, *rest = loc or ("arguments",)
    return str(first) + "".join(f"[{part!r}]" for part in rest)


def _accepted_arguments(signature: Signature) -> str:
    return f"{signature.tool} takes " + ", ".join(
        f"{name} (required)" if name in signature.required else name for name in signature.names
    )
