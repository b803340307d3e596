"""Tells which ignored files count as a worker's work."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IgnoredFiles:
    """Whether ignored files count as work, and the patterns of those that never do."""

    are_work: bool
    skipped_patterns: tuple[str, ...] = ()


NO_IGNORED_FILES = IgnoredFiles(are_work=False)


def ignored_files_except(patterns: Sequence[str]) -> IgnoredFiles:
    """Count all ignored files as work, except those that match a pattern."""
    return IgnoredFiles(are_work=True, skipped_patterns=tuple(patterns))
