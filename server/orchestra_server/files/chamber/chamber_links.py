"""The links through which agents and hooks find chambers at their documented places."""

import os
from pathlib import Path
from urllib.parse import quote

from orchestra_server.files.hook_setup.hook_settings import ELSEWHERE


def link_workspace(chamber: Path) -> list[str]:
    """Link `.claude/workspaces/<name>` to the chamber; anything there but a link is kept.

    Returns a line if something else is in the link's place.
    """
    link = workspace_link(chamber)
    if link is None:
        return []
    target = Path("..", "worktrees", chamber.name)
    if link.is_symlink():
        if link.readlink() == target:
            return []
        link.unlink()
    elif link.exists():
        return [f"{link} is not a link of Orchestra's and was kept; the chamber is {chamber}"]
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)
    return []


def link_chamber_folder(main: Path, folder: Path) -> None:
    """Make the main checkout's hook find the chambers of a task in a subdirectory."""
    if folder.parent.parent == main or not folder.is_relative_to(main):
        return
    name = quote(str(folder.parent.parent.relative_to(main)), safe="")
    link = main / ELSEWHERE / name
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(folder, link.parent))


def workspace_link(chamber: Path) -> Path | None:
    """Return the path of a chamber's link; None for a chamber outside `.claude/worktrees`."""
    if chamber.parent.name != "worktrees":
        return None
    return chamber.parent.parent / "workspaces" / chamber.name
