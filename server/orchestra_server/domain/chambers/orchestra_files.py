"""Which paths of a working tree are Orchestra's own: patterns as in `.gitignore`, and matching.

Whatever the repository's ignore rules say, an untracked file with such a name never counts as
somebody's work. A file that the project tracks is the project's. People and other programs share a
few of the names: such a file is Orchestra's if it holds nothing but Orchestra's part.
"""

import re
from functools import cache

import msgspec
from msgspec import Struct, field

# Every temporary file of Orchestra begins like this.
TEMPORARY_PREFIX = ".orchestra-tmp-"
OWN_PATTERNS = (
    "/.INTERRUPT*",
    "/.DISCOVERY*",
    f"{TEMPORARY_PREFIX}*",
    "/.claude/WORKER_CONTEXT.json",
    "/.claude/settings.local.json",
    "/.claude/hooks/interrupt_monitor.*",
    "/.claude/hooks/__pycache__/",
    "/.claude/hooks/receipts/",
    "/.claude/hooks/bindings/",
    "/.claude/hooks/elsewhere/",
    "/.claude/tools/orchestration.py",
    # A task's working directory may be below the top of the repository.
    "**/.claude/worktrees/",
    "**/.claude/workspaces/",
    "**/.claude/MISSION_CONTEXT.json",
    "**/.claude/PHASE_PROGRESS.json",
    "**/.claude/WORKFLOW_STATE.json",
    "**/.claude/PARALLEL_STATUS.json",
    "**/.claude/DISCOVERIES.json",
)


# Files with these names are Orchestra's if it alone wrote them: see `is_only_ours`.
SHARED_FILES = (
    ".mcp.json",
    ".codex/hooks.json",
    ".gemini/settings.json",
    ".opencode/plugins/orchestra.js",
    *(
        f"{folder}/.gitignore"
        for folder in (
            ".claude",
            ".claude/worktrees",
            ".claude/workspaces",
            ".claude/hooks",
            ".claude/tools",
            ".codex",
            ".gemini",
            ".opencode/plugins",
        )
    ),
)
IGNORE_MARK = "# Orchestra's own files; `orchestra init --undo` removes this."
# One of these is in every file that Orchestra wrote or merged its part into.
MARKS = ("interrupt_monitor", ".claude/tools/orchestration.py", IGNORE_MARK)


class _HookCommand(Struct):
    command: str


class _HookGroup(Struct):
    hooks: tuple[_HookCommand, ...]


class _OwnServers(Struct, forbid_unknown_fields=True):
    servers: dict[str, msgspec.Raw] = field(name="mcpServers")

    @property
    def is_ours(self) -> bool:
        return set(self.servers) == {"orchestration"}


class _OwnHooks(Struct, forbid_unknown_fields=True):
    hooks: dict[str, tuple[_HookGroup, ...]]

    @property
    def is_ours(self) -> bool:
        groups = (group for groups in self.hooks.values() for group in groups)
        return all(has_our_part(hook.command) for group in groups for hook in group.hooks)


def is_own_file(path: str) -> bool:
    """Tell whether a path, relative to the top of a working tree, is Orchestra's."""
    return _expression().match(path) is not None


def has_our_part(content: str) -> bool:
    """Tell whether a file with a shared name holds Orchestra's part, alone or among others."""
    return any(mark in content for mark in MARKS)


def is_only_ours(path: str, content: str) -> bool:
    """Tell whether a file with a shared name holds Orchestra's part and nothing else."""
    if path not in SHARED_FILES or not has_our_part(content):
        return False
    if not path.endswith(".json"):
        return True
    try:
        if path == ".mcp.json":
            return msgspec.json.decode(content, type=_OwnServers).is_ours
        return msgspec.json.decode(content, type=_OwnHooks).is_ours
    except msgspec.DecodeError:
        return False


def own_pathspecs() -> tuple[str, ...]:
    """Return the patterns as pathspecs for a git command."""
    return tuple(f":(top,glob){_glob(pattern)}" for pattern in OWN_PATTERNS)


def all_pathspecs() -> tuple[str, ...]:
    """Return the pathspecs of Orchestra's files, including those with shared names."""
    return (*own_pathspecs(), *(f":(top,literal){path}" for path in SHARED_FILES))


def _glob(pattern: str) -> str:
    anchored = pattern.startswith(("/", "**/"))
    whole = pattern.removeprefix("/") if anchored else f"**/{pattern}"
    return f"{whole}**" if whole.endswith("/") else whole


@cache
def _expression() -> re.Pattern[str]:
    return re.compile("|".join(map(_translated, OWN_PATTERNS)))


def _translated(pattern: str) -> str:
    """Return a pattern as a regular expression; git writes directories with a final slash."""
    text = re.escape(_glob(pattern).removesuffix("**"))
    text = text.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return f"(?:{text})" if pattern.endswith("/") else rf"(?:{text}/?\Z)"
