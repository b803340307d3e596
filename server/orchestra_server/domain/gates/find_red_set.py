"""Finds a smallest set of chambers that fail together, by testing only a few sets.

The functions are generators: each yields a set of chambers and is sent whether that set passes, so
that the caller may answer from known verdicts. A set that cannot be merged counts as passing,
because nothing shows that it fails.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The chambers that pass together, and the smallest failing sets broken up for that."""

    green: Names
    red: tuple[Names, ...]


def smallest_red_set(chambers: Names) -> Generator[Names, bool, Names]:
    """Return chambers that fail together, none of which can be left out, in the given order.

    All of `chambers` together are known to fail. The answer is empty if the base fails by itself.
    Each member is found by bisection: a pair among eight takes about seven tests.
    """
    if not (yield ()):
        return ()
    members = list[str]()
    others = chambers
    while True:
        fewest, most = 1, len(others)  # it fails with the first `most` of the others
        while fewest < most:
            middle = (fewest + most) // 2
            if (yield _in_order(chambers, [*members, *others[:middle]])):
                fewest = middle + 1
            else:
                most = middle
        members.append(others[fewest - 1])
        others = others[: fewest - 1]
        if not others or not (yield _in_order(chambers, members)):
            return _in_order(chambers, members)


def green_part(chambers: Names) -> Generator[Names, bool, Parts]:
    """Return what passes together: the last chamber of each failing set is left out.

    If the base fails by itself, nothing passes, and the only red set is empty.
    """
    red, rest = list[Names](), chambers
    while rest and not (yield rest):
        culprits = yield from smallest_red_set(rest)
        red.append(culprits)
        if not culprits:
            return Parts((), tuple(red))
        rest = tuple(name for name in rest if name != culprits[-1])
    return Parts(rest, tuple(red))


def _in_order(chambers: Names, members: Sequence[str]) -> Names:
    return tuple(name for name in chambers if name in members)
