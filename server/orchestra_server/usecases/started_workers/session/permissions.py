"""What a started worker may do unasked, by its start's policy and its chamber's rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from orchestra_core.models import Chamber
from orchestra_core.workers.started_worker import Policy
from orchestra_server.agents.agent_driver import Allow, Deny
from orchestra_server.agents.reports import Asked
from orchestra_server.files.hook.bash_guard import forbidden_command
from orchestra_server.files.hook.find_reader import Reader, load_chamber
from orchestra_server.files.hook.isolation_guard import forbidden_write
from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.hook.requests.request_rules import is_own_work, like_of

_SUSPENDED = "This chamber is suspended: no tool runs until you are told to go on."
_MODES: Mapping[Policy, str] = {"ask": "default", "edits": "acceptEdits", "all": "acceptEdits"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """The decision without a person, None if a person must decide; `like` is the call's rule."""

    answer: Allow | Deny | None
    like: str = ""


def rule_on(asked: Asked, chamber: Chamber, policy: Policy) -> Ruling:
    """Decide as far as policy and rules allow. Blocking: it follows links and reads settings."""
    if chamber.suspended_at:
        return Ruling(Deny(_SUSPENDED))
    if asked.kind == "question":
        return Ruling(None)
    payload = _payload(asked, chamber, policy)
    settings = load_chamber(chamber.path) or {"root": chamber.path, "chamber": chamber.name}
    reader = Reader(settings, payload)
    like = like_of(reader, payload)
    if like and like in chamber.allowed:
        return Ruling(Allow(), like)
    if policy == "all":
        reason = forbidden_command(reader, payload) or forbidden_write(reader, payload)
        return Ruling(Deny(reason) if reason else Allow(), like)
    return Ruling(Allow() if is_own_work(reader, payload) else None, like)


def _payload(asked: Asked, chamber: Chamber, policy: Policy) -> Fields:
    """Return the call as its client would describe it to a hook."""
    return {
        "tool_name": asked.tool,
        "tool_input": cast("Fields", dict(asked.arguments)),
        "cwd": chamber.path,
        "permission_mode": _MODES[policy],
    }
