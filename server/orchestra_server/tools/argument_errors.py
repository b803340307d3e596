"""Says in one line what is wrong with a call's arguments, in place of pydantic's dump."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from orchestra_core.text import one_line

_SHOWN = 60
_PROBLEMS = 3
_WANTED = {
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
    """A tool's name, its arguments in order, and those it cannot do without."""

    tool: str
    names: tuple[str, ...]
    required: frozenset[str]


def explain(signature: Signature, problems: Sequence[ErrorDetails]) -> str:
    """Return one line: each problem with its value, and what the tool takes."""
    told = [_problem(signature, problem) for problem in problems[:_PROBLEMS]]
    if len(problems) > _PROBLEMS:
        told.append(f"and {len(problems) - _PROBLEMS} more")
    return f"{'; '.join(told)}; {_takes(signature)}"


def _problem(signature: Signature, problem: ErrorDetails) -> str:
    name = _place(problem["loc"])
    kind = problem["type"]
    if kind == "extra_forbidden":
        near = get_close_matches(name, signature.names, n=1)
        meant = f", did you mean {near[0]!r}?" if near else ""
        return f"unknown argument {one_line(name, _SHOWN)!r} for {signature.tool}{meant}"
    if kind == "missing":
        return f"{name} is missing for {signature.tool}"
    value = one_line(json.dumps(problem["input"], ensure_ascii=False, default=repr), _SHOWN)
    if kind == "literal_error":
        return f"{name} is {value}; use one of {problem.get('ctx', {}).get('expected', '')}"
    wanted = _WANTED.get(kind)
    if wanted:
        return f"{name} is {value}; give {wanted}"
    return f"{name} is {value}: {one_line(problem['msg'], 200)}"


def _place(loc: Sequence[int | str]) -> str:
    first, *rest = loc or ("arguments",)
    return str(first) + "".join(f"[{part!r}]" for part in rest)


def _takes(signature: Signature) -> str:
    return f"{signature.tool} takes " + ", ".join(
        f"{name} (required)" if name in signature.required else name for name in signature.names
    )
