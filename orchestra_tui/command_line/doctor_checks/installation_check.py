"""Checks whether an agent started in this repository finds the MCP server and the hooks."""

import ast
import os
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.project import Project
from orchestra_server.files.hook_setup.hook_code import is_installed
from orchestra_server.files.hook_setup.hook_settings import HOOK
from orchestra_server.files.hook_setup.shell_guard import MARK
from orchestra_server.files.hook_setup.worktree_hooks import WORKTREE_EVENT
from orchestra_server.files.installation.install_record import is_as_installed
from orchestra_server.files.installation.installed_files import SETTINGS
from orchestra_server.files.installation.mcp_json import LAUNCHER, MCP_JSON, SERVER
from orchestra_tui.command_line.doctor_checks.checks import Check

NAME = "hooks"
_RECORDED = re.compile(r"^RECORDED = (.+)$", re.MULTILINE)


class _McpFile(Struct):
    """The part of .mcp.json that says whether Orchestra is in it."""

    servers: dict[str, msgspec.Raw] = msgspec.field(
        name="mcpServers", default_factory=dict[str, msgspec.Raw]
    )


def installed_root(project: Project) -> Path:
    """Return the working tree to check: this one, or from a chamber the main checkout."""
    here = (project.root / MCP_JSON).exists()
    return project.root if here else project.main_checkout


def check_installation(project: Project) -> Check:
    """Look for everything that `orchestra init` installs, and the interpreter it recorded."""
    root = installed_root(project)
    missing = [what for what, exists in _parts(root, project.git_dir) if not exists]
    if missing:
        sentence = f"missing: {', '.join(missing)}"
        mend = f"run 'orchestra init' in {root}"
        return Check(name=NAME, verdict="fail", found=sentence, mend=mend)
    python = _recorded_python(root)
    if python and not os.access(python, os.X_OK):
        sentence = f"they start {python}, which no longer exists"
        mend = f"run 'orchestra init' in {root} again"
        return Check(name=NAME, verdict="fail", found=sentence, mend=mend)
    if not is_as_installed(project.git_dir, root / LAUNCHER):
        sentence = f"{LAUNCHER} is not as 'orchestra init' left it, and was not started"
        mend = f"look at it, then run 'orchestra init' in {root} again"
        return Check(name=NAME, verdict="fail", found=sentence, mend=mend)
    of_worktrees = WORKTREE_EVENT.encode() in _read(root / SETTINGS)
    worktrees = "become chambers" if of_worktrees else "are left to it (init --no-worktrees)"
    sentence = f"registered in {MCP_JSON} and {SETTINGS}; Claude Code's worktrees {worktrees}"
    return Check(name=NAME, verdict="ok", found=sentence)


def _parts(root: Path, common_dir: Path) -> list[tuple[str, bool]]:
    try:
        registered = msgspec.json.decode(_read(root / MCP_JSON), type=_McpFile).servers
    except msgspec.DecodeError:
        registered = {}
    return [
        (f"the server in {MCP_JSON}", SERVER in registered),
        (f"the launcher {LAUNCHER}", (root / LAUNCHER).is_file()),
        (f"the hook {HOOK}", (root / HOOK).is_file()),
        ("the hook's code", is_installed(common_dir)),
        (f"the hooks in {SETTINGS}", MARK.encode() in _read(root / SETTINGS)),
    ]


def _recorded_python(root: Path) -> str:
    """Return the interpreter that the launcher and the hooks were written for; "" for none."""
    text = _read(root / LAUNCHER).decode("utf-8", "surrogateescape")
    match = _RECORDED.search(text)
    try:
        return str(ast.literal_eval(match[1])) if match else ""
    except (ValueError, SyntaxError):
        return ""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
