"""A diff in git's usual colours. The text was cleaned, so it has no other colours."""

import re

_RESET = "\x1b[m"
_BOLD, _RED, _GREEN, _CYAN = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"
_HUNK = re.compile(r"(@@ -(?:\d+)(?:,(\d+))? \+(?:\d+)(?:,(\d+))? @@)(.*)")
_BY_SIGN = {"+": _GREEN, "-": _RED}


def colored_diff(text: str) -> str:
    """Return a unified diff in colour; a line within a hunk is never taken for a header."""
    lines: list[str] = []
    removed = added = 0  # remaining lines of the hunk
    for line in text.split("\n"):
        if removed > 0 or added > 0:
            sign = line[:1]
            removed -= sign in {"-", " ", ""}
            added -= sign in {"+", " ", ""}
            lines.append(_painted(_BY_SIGN.get(sign, ""), line))
            continue
        hunk = _HUNK.match(line)
        if hunk:
            removed, added = (int(count) if count else 1 for count in hunk.group(2, 3))
            lines.append(_painted(_CYAN, hunk[1]) + hunk[4])
        else:
            lines.append(_painted(_BOLD if line and line[0] not in " \\" else "", line))
    return "\n".join(lines)


def _painted(color: str, line: str) -> str:
    return f"{color}{line}{_RESET}" if color and line else line
