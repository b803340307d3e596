"""A chamber's rules, in the form its hook reads: what its worker may do without asking again.

They are in the git directory, where no branch can put a file, under the chamber's id.
"""

from pathlib import Path

import msgspec

from orchestra_core.models import Chamber
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.hook.json_files import file_name_part

RULES_IN_GIT = Path("orchestra", "allowed")
_OWNER_ONLY = 0o600


def show_rules(common_dir: Path, chamber: Chamber) -> None:
    """Write a standing chamber's rules if it has any; remove those of any other chamber.

    Raises OSError.
    """
    place = common_dir / RULES_IN_GIT / f"{file_name_part(chamber.id)}.json"
    if not chamber.allowed or not chamber.is_standing:
        place.unlink(missing_ok=True)
        return
    content = msgspec.json.encode({"rules": chamber.allowed})
    if _content(place) != content:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, content, _OWNER_ONLY)


def _content(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""
