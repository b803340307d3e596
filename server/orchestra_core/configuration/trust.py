"""What the person trusts this clone's orchestra.toml to run; kept in the person's own files.

A record names the clone and the digests of what was shown. It is never in the repository, so that
nobody else's commit can give trust, and a copy of the clone has none.
"""

import getpass
import hashlib
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from orchestra_core.clock import now_ms
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.configuration.gate_plan import GatePlan, read_gate_plan

_FOLDER = "trust"
_MOST = 100  # digests of one clone
TrustState = Literal["nothing", "new", "changed", "trusted"]


@dataclass(frozen=True, slots=True)
class TrustRecord:
    """The digests trusted in a clone, the newest last, and who trusted them."""

    person: str = ""
    at: int = 0
    digests: tuple[str, ...] = ()


def trust_state(plan: GatePlan, record: TrustRecord) -> TrustState:
    """Return whether the plan may run and, if not, whether another one was trusted before."""
    if not plan.runs_something:
        return "nothing"
    if plan.digest in record.digests:
        return "trusted"
    return "changed" if record.digests else "new"


def read_trust(state_dir: Path, git_dir: Path) -> TrustRecord:
    """Return the person's record of a clone; an empty one if it cannot be read."""
    try:
        said: Any = json.loads(trust_file(state_dir, git_dir).read_text(encoding="utf-8"))
        document = cast("dict[str, Any]", said)
        digests = tuple(map(str, document["digests"]))
        return TrustRecord(str(document["person"]), int(document["at"]), digests)
    except (OSError, ValueError, KeyError, TypeError):
        return TrustRecord()


def give_trust(state_dir: Path, git_dir: Path, plan: GatePlan) -> TrustRecord:
    """Record that the person has seen what would run; raises OSError."""
    before = tuple(d for d in read_trust(state_dir, git_dir).digests if d != plan.digest)
    record = TrustRecord(person_name(), now_ms(), (*before, plan.digest)[-_MOST:])
    path = trust_file(state_dir, git_dir)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    document = {
        "clone": str(git_dir),
        "person": record.person,
        "at": record.at,
        "digests": list(record.digests),
    }
    temporary = path.with_name(f".{secrets.token_hex(6)}")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
    temporary.replace(path)
    return record


def take_trust_back(state_dir: Path, git_dir: Path) -> None:
    """Forget everything that was trusted in a clone; raises OSError."""
    with suppress(FileNotFoundError):
        trust_file(state_dir, git_dir).unlink()


def trusted_plan(directory: Path, state_dir: Path, git_dir: Path) -> GatePlan | None:
    """Return the repository's plan if it may run, else None."""
    plan = read_gate_plan(directory)
    if plan.faults or not plan.runs_something:
        return None
    return plan if trust_state(plan, read_trust(state_dir, git_dir)) == "trusted" else None


def person_name() -> str:
    """Return the person's login name, or the user's number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without an entry in the system
        return str(os.getuid())


def trust_file(state_dir: Path, git_dir: Path) -> Path:
    """Return the path of a clone's record; a copied or moved clone has none."""
    place = f"{clone_id(git_dir)}\0{git_dir}".encode("utf-8", "surrogateescape")
    return state_dir / _FOLDER / f"{hashlib.sha256(place).hexdigest()[:32]}.json"
