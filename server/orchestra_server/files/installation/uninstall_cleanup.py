"""Removes files that accumulate in a working tree while Orchestra is used."""

import shutil
from pathlib import Path

from orchestra_server.files.hook_setup.hook_settings import (
    ELSEWHERE,
    HOOK,
    HOOK_SETTINGS,
    remove_cache,
)
from orchestra_server.files.ignore_files import remove_ignore_files
from orchestra_server.files.projections import NAMES


def chambers_in(root: Path) -> list[Path]:
    """Return the chambers below a working tree, recognized by the hook's settings in them."""
    folders = (root / ".claude" / "worktrees", *(root / ELSEWHERE).glob("*"))
    settings_files = (
        path for folder in folders for path in folder.glob(f"*/{HOOK_SETTINGS.as_posix()}")
    )
    return sorted(path.parents[len(HOOK_SETTINGS.parts) - 1] for path in settings_files)


def sweep(root: Path) -> None:
    """Remove projections, bindings and empty folders, unless there are still chambers."""
    if chambers_in(root):
        return
    folder = root / ".claude"
    for name in NAMES:
        (folder / name).unlink(missing_ok=True)
    for gathered in (HOOK.parent / "bindings", ELSEWHERE):
        shutil.rmtree(root / gathered, ignore_errors=True)  # the links, not their targets
    (root / HOOK.with_suffix(".batches")).unlink(missing_ok=True)
    remove_cache(root)
    remove_ignore_files(root)
    for name in ("workspaces", "worktrees"):
        if (folder / name).is_dir() and not any((folder / name).iterdir()):
            (folder / name).rmdir()
