"""Checks a caller's arguments; each error is one line that says what is allowed."""

import re
from collections.abc import Sequence
from typing import get_args

from orchestra_core.errors import BadInput
from orchestra_core.models import Level, Requires, Severity
from orchestra_core.text import LINE_LIMIT, one_line, optional
from orchestra_core.workers.started_worker import Policy

AUTO = "auto-detect"
PATTERNS_LIMIT = 50
_AGENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_LEVELS: tuple[Level, ...] = get_args(Level)
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_REQUIRES: tuple[Requires, ...] = get_args(Requires)
_POLICIES: tuple[Policy, ...] = get_args(Policy)


def checked_agent_id(agent_id: str) -> str:
    """Return `agent_id`; raises BadInput unless it is 1 to 100 plain characters."""
    return _plain("agent_id", agent_id, "implementation-executor-auth")


def checked_agent_type(agent_type: str) -> str:
    """Return `agent_type`; raises BadInput unless an agent's id can begin with it."""
    return _plain("agent_type", agent_type, "implementation-executor")


def checked_level(complexity: str) -> Level | None:
    """Return the named level, None for auto-detection."""
    if complexity == AUTO:
        return None
    for level in _LEVELS:
        if complexity == level:
            return level
    raise _none_of("complexity", complexity, (AUTO, *_LEVELS))


def checked_severity(severity: str) -> Severity:
    """Return `severity`; raises BadInput unless it is one of the known ones."""
    for choice in _SEVERITIES:
        if severity == choice:
            return choice
    raise _none_of("severity", severity, _SEVERITIES)


def checked_requires(requires: str) -> Requires:
    """Return `requires`; raises BadInput unless an interrupt can require it."""
    for choice in _REQUIRES:
        if requires == choice:
            return choice
    raise _none_of("requires", requires, _REQUIRES)


def checked_policy(policy: str) -> Policy:
    """Return `policy`; raises BadInput unless a worker can be started with it."""
    for choice in _POLICIES:
        if policy == choice:
            return choice
    raise _none_of("policy", policy, _POLICIES)


def checked_patterns(patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the patterns as single lines, without empty and repeated ones."""
    if len(patterns) > PATTERNS_LIMIT:
        raise BadInput(
            f"patterns has {len(patterns)} entries and at most {PATTERNS_LIMIT} are taken; "
            "name the ones that others can use"
        )
    lines = (one_line(optional("a pattern", pattern, LINE_LIMIT)) for pattern in patterns)
    return tuple(dict.fromkeys(line for line in lines if line))


def _none_of(name: str, value: str, allowed: Sequence[str]) -> BadInput:
    return BadInput(f"{name} {one_line(value, 40)!r} is not one of {', '.join(allowed)}")


def _plain(name: str, value: str, example: str) -> str:
    if not _AGENT_ID.fullmatch(value):
        raise BadInput(
            f"{name} {one_line(value, 40)!r} is not allowed; use 1 to 100 letters, digits "
            f"or . _ : - such as {example!r}"
        )
    return value
