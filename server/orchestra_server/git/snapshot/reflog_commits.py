"""Finds commits that a worker made and then abandoned by amend, reset or rebase.

Only the worktree's own reflog keeps them, and it is removed with the worktree.
"""

import re
from pathlib import Path

from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.in_progress_operation import existing_commits

_LINE = re.compile(r"^(?P<old>[0-9a-f]{40,64}) (?P<new>[0-9a-f]{40,64}) [^\t]*\t?(?P<said>.*)$")
LOG = Path("logs", "HEAD")  # below git's directory for a worktree
_ON_TOP = "commit: "
_NOTHING = "0"


def abandoned_commits(repo: Repository, admin: Path, head: str) -> list[str]:
    """Return the former commits of HEAD that `head` does not build on."""
    steps = _steps(admin)
    former_heads = [
        step["old"]
        for step in steps
        if not step["said"].startswith(_ON_TOP) and step["old"] not in {step["new"], head}
    ]
    stood = existing_commits(
        repo.top, [commit for commit in former_heads if commit.strip(_NOTHING)]
    )
    if not stood:
        return []
    stdin = "".join(f"{commit}\n" for commit in (*stood, f"^{head}"))
    lost = set(repo.git("rev-list", "--stdin", stdin=stdin).split())
    return [commit for commit in stood if commit in lost]


def last_commit(repo: Repository, admin: Path) -> str:
    """Return the last commit of HEAD in the reflog, "" for none: its branch may be deleted."""
    stood = [step["new"] for step in _steps(admin) if step["new"].strip(_NOTHING)]
    return next(reversed(existing_commits(repo.top, stood[-1:])), "")


def _steps(admin: Path) -> list[re.Match[str]]:
    try:
        log = (admin / LOG).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return []
    return [match for line in log.splitlines() if (match := _LINE.match(line))]
