"""Finds the paths, commands and links that a document names in code, and which are wrong.

A path in code counts if it has a slash or the suffix of a source file. Places outside the
repository (a chamber's files, refs, branches) begin with one of `_ELSEWHERE` and are passed over.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENDINGS = (".py", ".lua", ".md", ".toml", ".tcss", ".txt", ".svg", ".yaml")
# Files of a chamber, of a user's repository and of git; refs and branches; events.
_ELSEWHERE = (
    *(".claude/", ".INTERRUPT", ".git/", ".codex/", ".gemini/", ".opencode/", ".venv/", "refs/"),
    *(
        "config.toml",
        "orchestra.toml",
        "orchestra/",
        "info/",
        "your/",
        "src/",
        "mcp/",
        "/",
        "~",
    ),
)
_METHODS = ("tools/call", "tools/list")  # of JSON-RPC
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^]]*]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
_PROMPT = re.compile(r"^\s*(?:[$>] )?")


def code_in(text: str) -> list[str]:
    """Return the code in a document: inline spans, and lines of fenced blocks without a prompt."""
    blocks = _FENCED.findall(text)
    lines = [_PROMPT.sub("", line) for block in blocks for line in block.splitlines()[1:-1]]
    return [*_INLINE.findall(_FENCED.sub("", text)), *lines]


def paths_in(text: str) -> list[str]:
    """Return the paths of this repository that inline code names."""
    spans = _INLINE.findall(_FENCED.sub("", text))
    return [span for span in spans if _PATH.fullmatch(span) and _is_ours(span)]


def make_targets_in(text: str) -> list[str]:
    """Return the targets of `make` that code names."""
    return [name for code in code_in(text) for name in re.findall(r"\bmake ([a-z][a-z-]*)", code)]


def commands_in(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each `orchestra …` that code begins with: the command, "" for none, and its options."""
    for code in code_in(text):
        words = code.partition(" #")[0].split()
        if words[:1] != ["orchestra"]:
            continue
        named = [word for word in words[1:2] if re.fullmatch(r"[a-z]+", word)]
        options = re.findall(r"(?<![\w-])--[a-z][a-z-]*", " ".join(words))
        yield (named[0] if named else "", tuple(options))


def links_in(text: str) -> list[str]:
    """Return the relative links, pictures too, without what follows a `#`."""
    return _LINK.findall(_FENCED.sub("", text))


def missing_paths(paths: Iterable[str], roots: Iterable[Path]) -> list[str]:
    """Return the paths that exist below no root, as they are or with `.py`; `*` is a pattern."""
    places = tuple(roots)
    return [path for path in paths if not any(_is_there(root, path) for root in places)]


def _is_ours(span: str) -> bool:
    if span.startswith(_ELSEWHERE) or span in _METHODS or "…" in span:
        return False
    return "/" in span or span.endswith(_ENDINGS)


def _is_there(root: Path, path: str) -> bool:
    if "*" in path:
        return any(root.glob(path.rstrip("/")))
    return (root / path).exists() or (root / f"{path}.py").is_file()
