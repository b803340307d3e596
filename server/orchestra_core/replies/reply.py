"""The base of every answer."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer; `next_step` is one or two sentences addressed to the conductor."""

    next_step: str
