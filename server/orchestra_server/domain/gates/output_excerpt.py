"""The part of a gate's output that shows what fails."""

import re

_LINES = 40
_CHARACTERS = 4_000
# Beginnings of summary lines of common tools: pytest, unittest, cargo, go, node, tsc, make,
# compilers.
_TELLING = re.compile(
    r"^(?:E  |FAILED|ERROR|FAIL[: ]|--- FAIL|not ok|error[:\[]|.*: error|\S*Error\b|panicked|"
    r"assert|Traceback|Segmentation)",
    re.IGNORECASE,
)
# Lines that name the failure itself: pytest's summary, a raised error, go, TAP, rust, compilers.
_FAULT = re.compile(
    r"^(?:FAILED \S+::|\s*(?:[\w.]+\.)?\w*(?:Error|Exception)\b.*|--- FAIL|not ok|error[:\[]|"
    r".*: error\b|.*panicked at)"
)


def failure_line(output: str) -> str:
    """Return the last line of an output that names a failure, else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    faults = [line for line in lines if _FAULT.match(line)]
    return (faults or lines or [""])[-1]


def output_excerpt(output: str) -> str:
    """Return the last lines of an output, after the first telling ones if those come earlier."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    last = lines[-_LINES:]
    earlier = [line for line in lines[:-_LINES] if _TELLING.match(line)][: _LINES // 2]
    if earlier:
        last = [*earlier, "…", *last[-_LINES // 2 :]]
    text = "\n".join(last)
    return text if len(text) <= _CHARACTERS else f"…{text[-_CHARACTERS + 1 :]}"
