"""The part of a gate's output that tells what fails."""

import re

_LINES = 40
_CHARACTERS = 4_000
# How the summaries of common tools begin: pytest, unittest, cargo, go, node, tsc, make, compilers.
_TELLING = re.compile(
    r"^(?:E  |FAILED|ERROR|FAIL[: ]|--- FAIL|not ok|error[:\[]|.*: error|\S*Error\b|panicked|"
    r"assert|Traceback|Segmentation)",
    re.IGNORECASE,
)


def failing_part(output: str) -> str:
    """Return the last lines of an output, begun with the first telling ones if they come before."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    last = lines[-_LINES:]
    earlier = [line for line in lines[:-_LINES] if _TELLING.match(line)][: _LINES // 2]
    if earlier:
        last = [*earlier, "…", *last[-_LINES // 2 :]]
    text = "\n".join(last)
    return text if len(text) <= _CHARACTERS else f"…{text[-_CHARACTERS + 1 :]}"
