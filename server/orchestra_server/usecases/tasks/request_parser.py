"""Reduces a request to its own words, without pasted and quoted text."""

import re
import unicodedata
from dataclasses import dataclass

# Lines of stack traces as Python, the JVM, JavaScript, Go, Rust and Ruby print them.
_TRACE_LINE = re.compile(
    r"""\s*(?:
        Traceback\ \(most\ recent\ call\ last\) | During\ handling\ of\ the\ above
        | File\ "[^"]+",\ line\ \d+ | [\w.]*(?:Error|Exception)(?::\ .*)?$
        | at\ \S+\s?\(.*\)\s*$ | at\ \S+:\d+:\d+ | Exception\ in\ thread | Caused\ by:
        | goroutine\ \d+\ \[ | \S+\.go:\d+ | thread\ '.*'\ panicked | from\ \S+:\d+:in
    )""",
    re.VERBOSE,
)
_PYTHON_FRAME = re.compile(r'\s*File "[^"]+", line \d+')
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED = re.compile(
    r"""(?<!\w)'[^'\n]{1,80}'(?!\w)|"[^"\n]{1,80}"|`[^`\n]{1,80}`|«[^»\n]{1,80}»|“[^”\n]{1,80}”|「[^」\n]{1,80}」"""
)
_FILE = re.compile(
    r"(?<![\w/])(?:[\w.-]+/)+[\w.-]*\w|(?<![\w.])[\w-]+\.(?:py|js|ts|tsx|jsx|c|h|cpp|go|rs|rb|java|kt|md|rst|txt|css|html|json|ya?ml|toml|sh|sql)\b"
)
_LIST_ITEM = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+\S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RequestText:
    """The parts of a request that show its size; `words` is folded for matching."""

    words: str
    files: tuple[str, ...]
    list_items: int
    has_trace: bool
    length: int  # characters of the request's own words


def read_request(description: str) -> RequestText:
    """Parse a request: pasted traces, code and quotations do not count towards its size."""
    lines, has_trace = _without_trace(_FENCED.sub(" ", description).splitlines())
    own = _QUOTED.sub(" ", "\n".join(lines))
    files = tuple(dict.fromkeys(_FILE.findall(own)))
    words = _FILE.sub(" ", own)
    return RequestText(
        fold(words), files, len(_LIST_ITEM.findall(own)), has_trace, len(own.strip())
    )


def fold(text: str) -> str:
    """Return `text` in lower case and without accents, so that one spelling matches all."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def _without_trace(lines: list[str]) -> tuple[list[str], bool]:
    other_lines: list[str] = []
    in_frame = False
    for line in lines:
        if _TRACE_LINE.match(line):
            in_frame = _PYTHON_FRAME.match(line) is not None
        elif in_frame and line.startswith((" ", "\t")):
            continue  # the source line that Python prints below each frame
        else:
            in_frame = False
            other_lines.append(line)
    return other_lines, len(other_lines) < len(lines)
