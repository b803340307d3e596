"""Asks the clone's daemon for a chamber in place of a client's worktree; starts one if need be."""

import os
import time
from pathlib import Path

from orchestra_core.daemon.ask_daemon import Answer, ask_daemon, introduction
from orchestra_core.errors import Unavailable

# Seconds. A client waits for its worktree, and a large checkout or a program of the person's takes
# a while.
_ANSWER_WITHIN = 60.0


def make_chamber(
    root: str, common_dir: str, name: str, brief: str = "", *, actor: str = "operator"
) -> str:
    """Return the path of a chamber named as the client would have named its worktree.

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
    # Seldom needed, and these take longer to import than all the rest takes to run.
    from orchestra_core.daemon.start_daemon import ensure_daemon  # noqa: PLC0415 - as above
    from orchestra_core.project import find_project  # noqa: PLC0415 - as above
    from orchestra_core.settings import read_settings  # noqa: PLC0415 - as above

    settings = read_settings(directory=Path(root))
    ensure_daemon(find_project(Path(root), settings.project), settings)
