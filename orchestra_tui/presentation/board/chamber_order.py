"""The order of all chambers by need, kept up to date chamber by chamber."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

Need = tuple[int, int, int, str]


class ChamberOrder:
    """Ids of chambers sorted by need; changing one does not look at the others."""

    def __init__(self) -> None:
        self._needs: dict[str, tuple[Need, str]] = {}
        self._sorted: list[tuple[Need, str]] = []

    @property
    def keys(self) -> Sequence[str]:
        """The chambers' ids, in order."""
        return [key for _, key in self._sorted]

    def keys_below(self, rank: int) -> Sequence[str]:
        """Return the ids of the chambers with a need below `rank`, in order."""
        end = bisect_left(self._sorted, rank, key=_rank)
        return [key for _, key in self._sorted[:end]]

    def put(self, key: str, need: Need) -> bool:
        """Move a chamber to the place for its need; return whether that changed."""
        before, now = self._needs.get(key), (need, key)
        if before == now:
            return False
        if before is not None:
            del self._sorted[bisect_left(self._sorted, before)]
        self._needs[key] = now
        insort(self._sorted, now)
        return True

    def drop(self, keys: Iterable[str]) -> None:
        """Drop archived chambers."""
        for key in keys:
            before = self._needs.pop(key, None)
            if before is not None:
                del self._sorted[bisect_left(self._sorted, before)]


def _rank(entry: tuple[Need, str]) -> int:
    return entry[0][0]
