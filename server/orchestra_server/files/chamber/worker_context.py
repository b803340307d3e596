"""A worker's briefing, `WORKER_CONTEXT.json`: everything it needs to begin without asking."""

from collections.abc import Sequence
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_core.wording.gates import base_words
from orchestra_server.files.hook.find_reader import DISCOVERY, MAIL
from orchestra_server.files.projections import pretty

_NOTE = "Written by Orchestra when the chamber was made; never read back."


def worker_context(task: Task, chamber: Chamber, siblings: Sequence[Chamber]) -> bytes:
    """Return the briefing of `chamber`'s worker as readable JSON."""
    mailbox = str(Path(chamber.path, MAIL))
    return pretty(
        {
            "note": _NOTE,
            "mission": {"task_id": task.id, "request": task.description, "phase": task.phase},
            "chamber": chamber.name,
            "brief": chamber.brief or None,
            "scope": {
                "path": chamber.path,
                "branch": chamber.branch,
                "base_commit": chamber.base_commit or None,
            },
            **({"ports": list(chamber.ports)} if chamber.ports else {}),
            "siblings": [
                {
                    "chamber": sibling.name,
                    "path": sibling.path,
                    "branch": sibling.branch,
                    "brief": sibling.brief or None,
                }
                for sibling in siblings
                if sibling.id != chamber.id
            ],
            "rules": [*_rules(chamber)],
            "discoveries": {
                "file": str(Path(chamber.path, DISCOVERY)),
                "how": "Write what the others must know into this file, a line each: info, "
                "important or critical (which interrupts them), then the fact. It is taken in and "
                "removed.",
            },
            "mail": {
                "file": mailbox,
                "how": "A message for you may arrive while you work. Where your client runs hooks "
                "it is shown to you by itself and the file is taken away. Otherwise look at the "
                "file between steps: read its messages in order, act on them, delete it.",
            },
        }
    )


def _rules(chamber: Chamber) -> Sequence[str]:
    report = "what you made, what you checked, what others must know"
    return (
        f"Work only below {chamber.path}: {_plainly(chamber)}",
        f"It is a git worktree on branch {chamber.branch}: commit your work there.",
        "Do not switch branches, merge, push or touch another chamber; completing the task merges.",
        "Read what you like elsewhere; write only here.",
        f"When you are done, end with a short report: {report}.",
        *_ports(chamber),
        *filter(None, (base_words(chamber.verdict),)),
    )


def _ports(chamber: Chamber) -> Sequence[str]:
    if not chamber.ports:
        return ()
    ports = " ".join(chamber.ports)
    return (f"Servers that you start listen on these ports, set for them: {ports}.",)


def _plainly(chamber: Chamber) -> str:
    """Return how to work there with commands that Claude Code does not ask about."""
    return (
        f"by plain commands where your shell stands there, else by full paths and "
        f"`git -C {chamber.path} …`, never by `cd … && git`."
    )
