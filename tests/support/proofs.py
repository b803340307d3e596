"""How much of a proof runs: a sample in the suite, all of it with ORCHESTRA_PROOFS=full."""

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

TOLD = "ORCHESTRA_PROOFS" in os.environ
FULL = os.environ.get("ORCHESTRA_PROOFS") == "full"
FULL_SECONDS = 1_800  # the longest that one proof may take in its full form

Tally = Callable[..., None]
Item = TypeVar("Item")
Number = TypeVar("Number", int, float)


def scaled(short: Number, full: Number) -> Number:
    """Return the size of a proof in its present form."""
    return full if FULL else short


def seeds(short: int, full: int) -> range:
    """Return the seeds of generated scenes; ORCHESTRA_PROOFS_SEEDS=1000-1250 names others.

    So a long proof can be run in parts, and with new scenes.
    """
    first, _, end = os.environ.get("ORCHESTRA_PROOFS_SEEDS", "").partition("-")
    return range(int(first), int(end)) if end else range(scaled(short, full))


def sampled(items: Sequence[Item], every: int, start: int = 0) -> list[Item]:
    """Return a regular sample of the items, always the same; in the full form all of them."""
    return list(items if FULL else items[start % every :: every])
