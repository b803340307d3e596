"""Which paths of a working tree are Orchestra's own: patterns as in `.gitignore`, and their test.

Whatever the repository's ignore rules say, an untracked file of these names never counts as
somebody's work. One that the project tracks is the project's.
"""

import re
from collections.abc import Iterable
from functools import cache

# Every temporary file of Orchestra starts like this.
TEMPORARY_PREFIX = ".orchestra-tmp-"
OWN_PATTERNS = (
    "/.INTERRUPT*",
    f"{TEMPORARY_PREFIX}*",
    "/.claude/WORKER_CONTEXT.json",
    "/.claude/settings.local.json",
    "/.claude/hooks/interrupt_monitor.*",
    "/.claude/hooks/__pycache__/",
    "/.claude/hooks/receipts/",
    "/.claude/hooks/bindings/",
    "/.claude/hooks/elsewhere/",
    "/.claude/tools/orchestration.py",
    # A task's working directory may lie below the top of the repository.
    "**/.claude/worktrees/",
    "**/.claude/workspaces/",
    "**/.claude/MISSION_CONTEXT.json",
    "**/.claude/PHASE_PROGRESS.json",
    "**/.claude/WORKFLOW_STATE.json",
    "**/.claude/PARALLEL_STATUS.json",
    "**/.claude/DISCOVERIES.json",
)


def is_own_file(path: str) -> bool:
    """Tell whether a path, relative to the top of a working tree, is one of Orchestra's."""
    return _expression().match(path) is not None


def own_files(paths: Iterable[str]) -> tuple[str, ...]:
    """Return those of the paths that are Orchestra's."""
    return tuple(path for path in paths if is_own_file(path))


def own_pathspecs() -> tuple[str, ...]:
    """Return the patterns as git's pathspecs, for a command that takes them."""
    return tuple(f":(top,glob){_glob(pattern)}" for pattern in OWN_PATTERNS)


def _glob(pattern: str) -> str:
    anchored = pattern.startswith(("/", "**/"))
    whole = pattern.removeprefix("/") if anchored else f"**/{pattern}"
    return f"{whole}**" if whole.endswith("/") else whole


@cache
def _expression() -> re.Pattern[str]:
    return re.compile("|".join(map(_translated, OWN_PATTERNS)))


def _translated(pattern: str) -> str:
    """Return a pattern as an expression; what git names as a directory ends with a slash."""
    text = re.escape(_glob(pattern).removesuffix("**"))
    text = text.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return f"(?:{text})" if pattern.endswith("/") else rf"(?:{text}/?\Z)"
