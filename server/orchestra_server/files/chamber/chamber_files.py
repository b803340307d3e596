"""What a fresh worktree is furnished with, so that a worker can begin and can be reached.

Nothing written here shows in `git status`: all is in the common exclude block but the skeleton,
which is the worker's to commit. A path the project itself tracks is never written, for it would be
committed with the worker's work; where that is `settings.local.json`, the main checkout's hooks
serve the sessions in this chamber.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_core.models import Chamber, Task
from orchestra_core.project import Project
from orchestra_server.files.agents.agent_clients import AGENTS, Agent
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.chamber.worker_context import worker_context
from orchestra_server.files.git_exclude import PATTERNS, ensure_excluded
from orchestra_server.files.hook_setup.hook_bundle import hook_source
from orchestra_server.files.hook_setup.hook_settings import (
    ELSEWHERE,
    HOOK,
    HOOK_SETTINGS,
    HOOK_SETTINGS_MODE,
    chamber_settings,
    chosen_agents,
    remove_cache,
    remove_retired,
)
from orchestra_server.files.hook_setup.shell_guard import chamber_command
from orchestra_server.files.installation.client_settings import hooks_of, with_hooks

CONTEXT = Path(".claude", "WORKER_CONTEXT.json")
SETTINGS = Path(".claude", "settings.local.json")
# What `tracked` is asked about: the paths that furnishing writes in a chamber.
WRITTEN = (
    *(CONTEXT, SETTINGS, HOOK, HOOK_SETTINGS),
    *(agent.place for agent in AGENTS.values()),
)
_PYTHON = Path(sys.executable)


@dataclass(frozen=True, slots=True)
class Reporting:
    """How a hook reaches the store: the URL that Orchestra itself uses, credentials and all."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnishing:
    """All that furnishing needs to know.

    `included` are the files, relative to `project.root`, that `.worktreeinclude` matches and git
    ignores; `tracked` those of WRITTEN that the chamber's commit holds. Both come from git.
    """

    project: Project
    task: Task
    chamber: Chamber
    siblings: tuple[Chamber, ...] = ()
    skeleton: tuple[str, ...] = ()
    reporting: Reporting
    included: tuple[str, ...] = ()
    tracked: frozenset[str] = frozenset()
    python: Path = _PYTHON


def furnish(room: Furnishing) -> list[str]:
    """Furnish a chamber and return a line for each thing worth knowing; safe to repeat.

    Raises BadInput for a skeleton path that leaves the chamber or settings that are not JSON,
    Refused where the project's own files stand in the way, Unavailable when the disk does.
    """
    chamber = Path(room.chamber.path)
    skeleton = [_inside(chamber, path) for path in room.skeleton]
    _check_folder(chamber)
    try:
        agents = [AGENTS[name] for name in chosen_agents(room.project.root) if name in AGENTS]
        hidden = (f"/{agent.place.as_posix()}" for agent in agents if not agent.in_main)
        ensure_excluded(room.project.git_dir, (*PATTERNS, *hidden))
        lines = _copy_included(room, chamber)
        lines += _write_ours(room, chamber)
        lines += [_write_agents(room, chamber, agent) for agent in agents]
        lines = list(filter(None, lines))
        for place in skeleton:
            _lay_out(*place)
        lines += link_workspace(chamber)
        _link_folder(room.project.root, chamber.parent)
    except OSError as fault:
        raise Unavailable(
            f"chamber {room.chamber.name} cannot be furnished: {fault.filename} "
            f"({fault.strerror}); see that the disk has room and can be written"
        ) from fault
    return lines


def unfurnish(chamber: Path) -> None:
    """Take away what furnishing wrote but for the skeleton and the included files, which are work.

    Mail and receipts stay until the worktree goes. Raises OSError.
    """
    for path in (CONTEXT, HOOK, HOOK_SETTINGS):
        (chamber / path).unlink(missing_ok=True)
    remove_retired(chamber)
    remove_cache(chamber)
    link = _workspace_link(chamber)
    if link is not None and link.is_symlink():
        link.unlink()


def link_workspace(chamber: Path) -> list[str]:
    """Make `.claude/workspaces/<name>` lead to the chamber; what else stands there is left."""
    link = _workspace_link(chamber)
    if link is None:
        return []
    target = Path("..", "worktrees", chamber.name)
    if link.is_symlink():
        if link.readlink() == target:
            return []
        link.unlink()
    elif link.exists():
        return [f"{link} is not a link of Orchestra's and was left; the chamber is {chamber}"]
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)
    return []


def _link_folder(main: Path, folder: Path) -> None:
    """Have the main checkout's hooks look into a folder of chambers that lies below its top."""
    if folder.parent.parent == main or not folder.is_relative_to(main):
        return
    name = quote(str(folder.parent.parent.relative_to(main)), safe="")
    link = main / ELSEWHERE / name
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(folder, link.parent))


def _workspace_link(chamber: Path) -> Path | None:
    if chamber.parent.name != "worktrees":
        return None
    return chamber.parent.parent / "workspaces" / chamber.name


def _check_folder(chamber: Path) -> None:
    """Refuse a `.claude` that leads out of the chamber: all chambers would share what is in it."""
    if not chamber.is_dir():
        raise Unavailable(f"the chamber's directory {chamber} is gone; close the chamber")
    for folder in (Path(".claude"), HOOK.parent):
        place = (chamber / folder).resolve()
        if not place.is_relative_to(chamber.resolve()):
            raise Refused(
                f"{folder} of this project is a link to {place}, outside the chamber; "
                "make it a directory and commit that"
            )
        if place.exists() and not place.is_dir():
            raise Refused(
                f"{folder} of this project is a file, and Orchestra needs a directory there"
            )


def _inside(chamber: Path, path: str) -> tuple[Path, bool]:
    """Return a skeleton path made absolute, and whether its final slash asks for a directory."""
    pure = PurePosixPath(path)
    parts = pure.parts
    if not parts or pure.is_absolute() or ".." in parts or "\0" in path:
        raise BadInput(
            f"skeleton path {path[:80]!r} leaves the chamber; "
            "use a path relative to it, such as 'src/auth/token.py'"
        )
    if parts[0] == ".git" or PurePosixPath(*parts) in {PurePosixPath(one) for one in WRITTEN}:
        raise BadInput(f"skeleton path {path[:80]!r} is one of git's or Orchestra's own files")
    place = chamber.joinpath(*parts)
    if not place.resolve().is_relative_to(chamber.resolve()):
        raise BadInput(f"skeleton path {path[:80]!r} leads out of the chamber by a symlink")
    if any(above.is_file() for above in place.parents if above != chamber):
        raise BadInput(f"skeleton path {path[:80]!r} lies below a file")
    return place, path.endswith("/")


def _lay_out(place: Path, is_directory: bool) -> None:  # noqa: FBT001 - a pair, unpacked
    if is_directory:
        place.mkdir(parents=True, exist_ok=True)
    elif not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()


def _copy_included(room: Furnishing, chamber: Path) -> list[str]:
    """Copy git-ignored files, a symlink as a symlink; what the chamber has already stays."""
    lines: list[str] = []
    for name in room.included:
        source, place = room.project.root / name, chamber / name
        if os.path.lexists(place) or not (source.is_file() or source.is_symlink()):
            continue
        if not place.parent.resolve().is_relative_to(chamber.resolve()):
            lines.append(f"{name} was not copied: it would leave the chamber")
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place, follow_symlinks=False)
    return lines


def _write_ours(room: Furnishing, chamber: Path) -> list[str]:
    own_hooks = SETTINGS.as_posix() not in room.tracked
    content = {
        CONTEXT: (worker_context(room.task, room.chamber, room.siblings), 0o644),
        HOOK: (hook_source().encode(), 0o644),
        HOOK_SETTINGS: (
            chamber_settings(
                room.chamber,
                room.reporting.url,
                room.project.id,
                main=room.project.root,
                own_hooks=own_hooks,
            ),
            HOOK_SETTINGS_MODE,
        ),
        SETTINGS: (_merged_settings(room, chamber), 0o644),
    }
    lines: list[str] = []
    for path, (data, mode) in content.items():
        if path.as_posix() in room.tracked:
            lines.append(f"{path} is tracked by the project and was left as it is")
            continue
        (chamber / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(chamber / path, data, mode)
    remove_retired(chamber)
    return lines


def _write_agents(room: Furnishing, chamber: Path, agent: Agent) -> str:
    """Bring our hooks into another agent's settings; one line when they could not come there.

    A client that reads the main checkout's does so only where its folder is in the chamber as well,
    and an empty one will do (Codex 0.169.0).
    """
    path = chamber / agent.place
    if agent.in_main:
        path.parent.mkdir(exist_ok=True)
        return ""
    if agent.place.as_posix() in room.tracked:
        return f"{agent.place} is tracked by the project and was left: {agent.name} gets no mail"
    if not path.parent.resolve().is_relative_to(chamber.resolve()):
        return f"{agent.place} leads out of the chamber and was left: {agent.name} gets no mail"
    command = chamber_command(room.python, chamber / HOOK, chamber)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, agent.merged(text, str(path), command).encode())
    return ""


def _merged_settings(room: Furnishing, chamber: Path) -> bytes:
    path = chamber / SETTINGS
    command = chamber_command(room.python, chamber / HOOK, chamber)
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else "{}\n"
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path} is not UTF-8; save it as UTF-8 first") from fault
    return with_hooks(text, str(path), hooks_of(command)).encode()
