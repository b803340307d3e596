"""Installs Orchestra again in a moved checkout, because its files contain absolute paths."""

from pathlib import Path

import msgspec

from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS, HookSettings
from orchestra_server.files.installation.install import initialise
from orchestra_server.files.installation.install_record import move_records


def initialise_again(common_dir: Path, old_top: Path, new_top: Path, python: str) -> None:
    """Install again, with the same choices, wherever Orchestra was installed below `old_top`.

    The install records move along, so that `init --undo` still removes exactly what was added.
    """
    for root in move_records(common_dir, old_top, new_top):
        try:
            raw = (root / HOOK_SETTINGS).read_bytes()
            chosen = msgspec.json.decode(raw, type=HookSettings)
        except (OSError, msgspec.DecodeError):
            continue  # somebody has removed it by hand
        initialise(
            root,
            Path(python),
            isolation=chosen.isolation,
            worktrees=chosen.worktrees,
            agents=chosen.agents,
        )
