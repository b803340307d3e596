"""Which keys a list shows, in which order, and which one the cursor is on."""

from collections.abc import Callable, Collection, Sequence


class Selection:
    """Filtered keys, with a cursor that stays on its key through sorting and filtering.

    `words` returns, case folded, the text that the filter searches.
    """

    def __init__(self, words: Callable[[str], str]) -> None:
        self._words = words
        self.all: Sequence[str] = ()
        self.shown: Sequence[str] = ()
        self.filter_text = ""
        self.cursor = 0
        self.key: str = ""

    def show(self, keys: Sequence[str]) -> None:
        """Take other keys or another order."""
        self.all = keys
        self._select_shown()

    def filter(self, text: str) -> None:
        """Show only the keys whose words contain every word of `text`; all for an empty text."""
        self.filter_text = text.strip()
        self._select_shown()

    def refresh(self, keys: Collection[str]) -> bool:
        """Look up these keys' words again; return whether the filter now shows other keys."""
        if not self.filter_text:
            return False
        shown, existing = set(self.shown), set(self.all)
        if all(self._matches(key) == (key in shown) for key in existing.intersection(keys)):
            return False
        self._select_shown()
        return True

    def move_to(self, at: int) -> bool:
        """Put the cursor on the shown key at `at`, or the nearest; return whether it moved."""
        at = min(max(0, at), len(self.shown) - 1)
        if at < 0 or at == self.cursor:
            return False
        self.cursor = at
        self.key = self.shown[at]
        return True

    def _matches(self, key: str) -> bool:
        words = self._words(key)
        return all(word in words for word in self.filter_text.casefold().split())

    def _select_shown(self) -> None:
        matching = self._matches
        self.shown = [key for key in self.all if matching(key)] if self.filter_text else self.all
        try:
            at = self.shown.index(self.key)
        except ValueError:
            at = min(self.cursor, len(self.shown) - 1)
        self.cursor = max(0, at)
        self.key = self.shown[self.cursor] if self.shown else ""
