"""Which branches to merge where not all can be: the largest sets of which no two conflict.

Exact for what people have (a handful of rivals among at most 64 chambers); the search is bounded,
and beyond the bound answers the largest sets it has met.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

_STEPS = 20_000


def max_compatible_sets(rivals: Sequence[AbstractSet[int]]) -> list[frozenset[int]]:
    """Return the largest sets without rivals, one with the earliest members first.

    `rivals[i]` are those that cannot go with `i`, `i` itself among them when it cannot go at all.
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
