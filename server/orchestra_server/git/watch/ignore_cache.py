"""Caches which paths git ignores, so that their changes are skipped without a git process."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestra_server.git.process.run import ceiling_env, run_git

# Paths of one batch that git checks: a build writes many, below few directories.
_ASKED = 200
_RULES = ".gitignore"


class IgnoreCache:
    """The ignored paths of a worktree; a changed ignore rule clears it."""

    def __init__(self, worktree: Path) -> None:
        self._worktree = worktree
        self._top = f"{worktree}/"
        self._roots: frozenset[str] = frozenset()

    def matters(self, paths: Iterable[str]) -> list[str]:
        """Return the absolute paths that are not known to be ignored."""
        relevant: list[str] = []
        for path in paths:
            if path.endswith(f"/{_RULES}"):
                self._roots = frozenset()
            if not any(root in self._roots for root in self._above(path)):
                relevant.append(path)
        return relevant

    def learn(self, paths: Sequence[str]) -> bool:
        """Learn which of the paths git ignores, and below which directory; return whether any."""
        asked = dict.fromkeys(step for path in paths[:_ASKED] for step in self._above(path))
        if not asked:
            return False
        result = run_git(
            self._worktree, "check-ignore", "-z", "--stdin",
            stdin="".join(f"{path}\0" for path in asked), env=ceiling_env(self._worktree),
        )  # fmt: skip
        ignored = frozenset(result.out.split("\0")[:-1])
        new = ignored - self._roots
        self._roots |= {path for path in ignored if not self._has_root_above(path, ignored)}
        return bool(new)

    def _above(self, path: str) -> list[str]:
        """Return the path and the directories above it, relative, the topmost first."""
        parts = path.removeprefix(self._top).split("/") if path.startswith(self._top) else []
        return ["/".join(parts[: end + 1]) for end in range(len(parts))]

    def _has_root_above(self, path: str, ignored: frozenset[str]) -> bool:
        above = path.rpartition("/")[0]
        return bool(above) and (above in ignored or self._has_root_above(above, ignored))
