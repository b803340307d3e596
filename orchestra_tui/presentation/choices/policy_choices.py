"""What a worker may do unasked: the policies to choose from, and how a choice is shown."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from orchestra_core.workers.started_worker import Policy

Choice = TypeVar("Choice", bound=str)
Part = tuple[str, str]  # a text and its style

POLICIES: Mapping[Policy, str] = {
    "edits": "it may change its own files and commit; it asks for everything else",
    "ask": "it asks for everything",
    "all": "it may do anything that stays in its chamber",
}
_MUTED = "$foreground-muted"


def next_of(choices: Sequence[Choice], chosen: Choice) -> Choice:
    """Return the choice after the chosen one; the first follows the last."""
    return choices[(choices.index(chosen) + 1) % len(choices)]


def next_policy(policy: Policy) -> Policy:
    """Return the policy after this one."""
    return next_of(tuple(POLICIES), policy)


def policy_parts(policy: Policy, label: str = "policy") -> list[Part]:
    """Return the policies on one line, and below it what the chosen one means."""
    return [*choice_parts(label, tuple(POLICIES), policy), (f"\n{POLICIES[policy]}", _MUTED)]


def choice_parts(label: str, choices: Sequence[str], chosen: str) -> list[Part]:
    """Return choices after their label, with the chosen one marked."""
    parts = [(f"{label}  ", _MUTED)]
    for choice in choices:
        is_chosen = choice == chosen
        mark = "●" if is_chosen else "○"
        parts.append((f"{mark} {choice}   ", "bold" if is_chosen else _MUTED))
    return parts
