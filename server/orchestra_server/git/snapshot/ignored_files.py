"""Which of the files that git ignores count as a worker's work."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IgnoredFiles:
    """Whether ignored files are work, and the patterns of those that are not even so."""

    are_work: bool
    skipped_patterns: tuple[str, ...] = ()


NO_IGNORED_FILES = IgnoredFiles(are_work=False)


def ignored_files_except(patterns: Sequence[str]) -> IgnoredFiles:
    """Return the case in which all ignored files are work but those that a pattern matches."""
    return IgnoredFiles(are_work=True, skipped_patterns=tuple(patterns))
