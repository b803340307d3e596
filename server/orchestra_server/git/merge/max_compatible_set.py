"""Chooses the branches to merge when not all can be: the largest sets in which no two conflict.

Exact for realistic input (a handful of conflicts among at most 64 chambers). The search is bounded;
at the bound it returns the largest sets found so far.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

_STEPS = 20_000


def max_compatible_sets(rivals: Sequence[AbstractSet[int]]) -> list[frozenset[int]]:
    """Return the largest sets without rivals, the set with the earliest members first.

    `rivals[i]` are the branches that conflict with `i`; `i` itself if it cannot be merged at all.
    """
    able = frozenset(i for i, others in enumerate(rivals) if i not in others)
    best = [frozenset[int]()]
    stack = [(able, frozenset[int]())]  # undecided, taken
    for _ in range(_STEPS):
        if not stack:
            break
        undecided, taken = stack.pop()
        if len(undecided) + len(taken) < len(best[0]):
            continue
        hub = max(undecided, key=lambda i: (len(rivals[i] & undecided), -i), default=None)
        if hub is not None and rivals[hub] & undecided:
            stack.append((undecided - {hub}, taken))
            stack.append((undecided - {hub} - rivals[hub], taken | {hub}))
            continue
        compatible = taken | undecided
        if len(compatible) > len(best[0]):
            best = [compatible]
        elif len(compatible) == len(best[0]) and compatible not in best:
            best.append(compatible)
    return best
