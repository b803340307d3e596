"""The real Claude Code, for rows that measure with it."""

from pathlib import Path

from benchmarks.figures.row import CannotMeasure
from tests.support.agents.claude_code import installed_claude
from tests.support.npm import CannotInstallError


def measured_claude() -> Path:
    """Return its binary, installing it on first use; raises CannotMeasure where that fails."""
    try:
        return installed_claude()
    except CannotInstallError as error:
        raise CannotMeasure(f"Claude Code cannot be installed here: {error}") from error
