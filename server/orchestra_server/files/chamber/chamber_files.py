"""The files that Orchestra writes into a new worktree: briefing, hook, settings and skeleton.

The common exclude block hides them in `git status`, except the skeleton, which the worker is to
commit. A path that the project tracks is never written, because it would be committed with the
worker's work. If that path is `settings.local.json`, the main checkout's hook serves the sessions
in this chamber.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_core.models import Chamber, Task
from orchestra_core.project import Project
from orchestra_server.domain.chambers.chamber_ports import as_environment
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.chamber.chamber_links import (
    link_chamber_folder,
    link_workspace,
    workspace_link,
)
from orchestra_server.files.chamber.link_check import leads_astray, require_own_directory
from orchestra_server.files.chamber.skeleton import create_skeleton_path, skeleton_path
from orchestra_server.files.chamber.worker_context import worker_context
from orchestra_server.files.clients.agent_clients import AGENTS, AgentClient
from orchestra_server.files.git_exclude import PATTERNS, ensure_excluded
from orchestra_server.files.hook_setup.hook_code import code_folder, install_code, starter_source
from orchestra_server.files.hook_setup.hook_settings import (
    HOOK,
    HOOK_SETTINGS,
    HOOK_SETTINGS_MODE,
    chamber_settings,
    chosen_agents,
    owner_mark,
    owner_marks,
    remove_cache,
    remove_retired,
)
from orchestra_server.files.hook_setup.shell_guard import Command, chamber_command
from orchestra_server.files.installation.client_settings import hooks_of, with_hooks
from orchestra_server.files.installation.server_consent import with_refusal
from orchestra_server.files.json_edit import put
from orchestra_server.files.spool.spool_folder import make_spool

CONTEXT = Path(".claude", "WORKER_CONTEXT.json")
SETTINGS = Path(".claude", "settings.local.json")
# The paths written in a chamber; `ProvisionPlan.tracked` is about these.
WRITTEN = (
    *(CONTEXT, SETTINGS, HOOK, HOOK_SETTINGS),
    *(agent.place for agent in AGENTS.values()),
)
_PYTHON = Path(sys.executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionPlan:
    """Everything needed to provision one chamber.

    `included` are the files, relative to `project.root`, that `.worktreeinclude` matches and git
    ignores; `tracked` are those of WRITTEN that the chamber's commit contains. Both come from git.
    """

    project: Project
    task: Task
    chamber: Chamber
    siblings: tuple[Chamber, ...] = ()
    skeleton: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    tracked: frozenset[str] = frozenset()
    python: Path = _PYTHON


def provision_chamber(plan: ProvisionPlan) -> list[str]:
    """Write a chamber's files; return a line for each thing to report. Safe to repeat.

    Raises BadInput for a skeleton path outside the chamber or settings that are not JSON, Refused
    if a file of the project is in the way, and Unavailable if the disk cannot be written.
    """
    chamber = Path(plan.chamber.path)
    skeleton = [skeleton_path(chamber, path, WRITTEN) for path in plan.skeleton]
    _check_folder(chamber)
    try:
        agents = [AGENTS[name] for name in chosen_agents(plan.project.root) if name in AGENTS]
        hidden = (f"/{agent.place.as_posix()}" for agent in agents if not agent.in_main)
        ensure_excluded(plan.project.git_dir, (*PATTERNS, *hidden))
        install_code(plan.project.git_dir)
        make_spool(plan.project.git_dir)
        lines = _copy_included(plan, chamber)
        lines += _write_own_files(plan, chamber)
        lines += [_write_agent_settings(plan, chamber, agent) for agent in agents]
        lines = list(filter(None, lines))
        for path, is_directory in skeleton:
            create_skeleton_path(path, is_directory=is_directory)
        lines += link_workspace(chamber)
        link_chamber_folder(plan.project.root, chamber.parent)
    except OSError as fault:
        raise Unavailable(
            f"chamber {plan.chamber.name} cannot be provisioned: {fault.filename} "
            f"({fault.strerror}); check that the disk has space and can be written"
        ) from fault
    return lines


def remove_provisions(chamber: Path) -> None:
    """Remove what provisioning wrote, except the skeleton and included files, which are work.

    Mail and receipts stay until the worktree is removed. Raises OSError.
    """
    if chamber.is_symlink():
        return  # its target is not the chamber's
    for path in (CONTEXT, HOOK, HOOK_SETTINGS):
        (chamber / path).unlink(missing_ok=True)
    for mark in owner_marks(chamber):
        mark.unlink()
    remove_retired(chamber)
    remove_cache(chamber)
    link = workspace_link(chamber)
    if link is not None and link.is_symlink():
        link.unlink()


def _check_folder(chamber: Path) -> None:
    """Refuse a `.claude` that is a link: chambers would share its content, or git would show it."""
    require_own_directory(chamber)
    if not chamber.is_dir():
        raise Unavailable(f"the chamber's directory {chamber} is gone; close the chamber")
    for folder in (Path(".claude"), HOOK.parent):
        astray = leads_astray(chamber, folder)
        if astray:
            raise Refused(
                f"{folder} of this project is a link to {astray}; "
                "make it a directory and commit that"
            )
        target = chamber / folder
        if target.exists() and not target.is_dir():
            raise Refused(
                f"{folder} of this project is a file, and Orchestra needs a directory there"
            )


def _copy_included(plan: ProvisionPlan, chamber: Path) -> list[str]:
    """Copy git-ignored files, a symlink as a symlink; files the chamber already has are kept."""
    lines: list[str] = []
    for name in plan.included:
        source, target = plan.project.root / name, chamber / name
        if os.path.lexists(target) or not (source.is_file() or source.is_symlink()):
            continue
        if not target.parent.resolve().is_relative_to(chamber.resolve()):
            lines.append(f"{name} was not copied: its folder links out of the chamber")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    return lines


def _write_own_files(plan: ProvisionPlan, chamber: Path) -> list[str]:
    own_hooks = SETTINGS.as_posix() not in plan.tracked
    owner = owner_mark(plan.chamber.id)
    content = {
        CONTEXT: (worker_context(plan.task, plan.chamber, plan.siblings), 0o644),
        HOOK: (starter_source(plan.project.git_dir).encode(), 0o644),
        HOOK_SETTINGS: (
            chamber_settings(
                plan.chamber,
                main=plan.project.root,
                reports=_command(plan, chamber).reports,
                own_hooks=own_hooks,
            ),
            HOOK_SETTINGS_MODE,
        ),
        SETTINGS: (_merged_settings(plan, chamber), 0o644),
        owner: (b"", 0o644),
    }
    for mark in owner_marks(chamber):
        if mark != chamber / owner:
            mark.unlink()
    lines: list[str] = []
    for path, (data, mode) in content.items():
        if path.as_posix() in plan.tracked:
            lines.append(f"{path} is tracked by the project and was not changed")
            continue
        (chamber / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(chamber / path, data, mode)
    remove_retired(chamber)
    return lines


def _write_agent_settings(plan: ProvisionPlan, chamber: Path, agent: AgentClient) -> str:
    """Add our hooks to another agent's settings; return why that failed, "" if it did not.

    A client that reads the main checkout's settings does so only if the worktree has the folder
    too, even an empty one (Codex 0.169.0).
    """
    path = chamber / agent.place
    if agent.in_main:
        path.parent.mkdir(exist_ok=True)
        return ""
    if agent.place.as_posix() in plan.tracked:
        return f"{agent.place} is tracked and was not changed: {agent.name} gets no mail"
    astray = leads_astray(chamber, agent.place.parent)
    if astray:
        return f"{agent.place.parent} leads to {astray}: {agent.name} gets no mail"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, agent.merged(text, str(path), _command(plan, chamber)).encode())
    return ""


def _command(plan: ProvisionPlan, chamber: Path) -> Command:
    code = code_folder(plan.project.git_dir)
    return chamber_command(plan.python, code, chamber, plan.chamber.id)


def _merged_settings(plan: ProvisionPlan, chamber: Path) -> bytes:
    path = chamber / SETTINGS
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else "{}\n"
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path} is not UTF-8; save it as UTF-8") from fault
    refusing = with_refusal(text, str(path))  # only the conductor uses the orchestration server
    for name, port in as_environment(plan.chamber.ports).items():
        refusing = put(refusing, ("env", name), port)
    return with_hooks(refusing, str(path), hooks_of(_command(plan, chamber))).encode()
