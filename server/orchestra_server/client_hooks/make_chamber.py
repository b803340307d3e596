"""Asks the clone's daemon, started if necessary, for a chamber in place of a client's worktree."""

import os
import time
from pathlib import Path

from orchestra_core.daemon.ask_daemon import Answer, ask_daemon, introduction
from orchestra_core.errors import Unavailable

# Seconds. A client waits for its worktree; a large checkout, or a setup of the person's, takes a
# while.
_ANSWER_WITHIN = 60.0


def make_chamber(
    root: str, common_dir: str, name: str, brief: str = "", *, actor: str = "operator"
) -> str:
    """Return the path of a chamber with the name that the client would have given its worktree.

    Raises OrchestraError.
    """
    command: dict[str, object] = {"name": "worktree", "root": root, "chamber": name}
    command |= {"text": brief, "actor": actor, "typed_at": time.time_ns() // 1_000_000}
    answer = _ask(common_dir, command)
    if answer is None or answer.get("differs"):
        _start_daemon(root)
        answer = _ask(common_dir, command)
    if answer is None or "text" not in answer:
        reason = (answer or {}).get("error", "the daemon of this clone does not answer")
        raise Unavailable(f"no chamber could be made for the worktree {name!r}: {reason}")
    return str(answer["text"])


def _ask(common_dir: str, command: dict[str, object]) -> Answer | None:
    question = {"call": "command", "command": command, **introduction(common_dir, os.environ)}
    return ask_daemon(common_dir, question, _ANSWER_WITHIN)


def _start_daemon(root: str) -> None:
    # Rarely needed, and importing these takes longer than running all the rest.
    from orchestra_core.daemon.start_daemon import ensure_daemon  # noqa: PLC0415 - as above
    from orchestra_core.project import find_project  # noqa: PLC0415 - as above
    from orchestra_core.settings import read_settings  # noqa: PLC0415 - as above

    settings = read_settings(directory=Path(root))
    ensure_daemon(find_project(Path(root), settings.project), settings)
