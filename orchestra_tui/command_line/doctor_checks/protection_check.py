"""Says what keeps workers from writing outside their chambers here."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from orchestra_core.project import Project
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS, HookSettings
from orchestra_tui.command_line.doctor_checks.checks import Check
from orchestra_tui.command_line.doctor_checks.claude_settings_check import (
    ClaudeSettings,
    mapping_of,
    read_settings,
    settings_places,
)
from orchestra_tui.command_line.doctor_checks.installation_check import installed_root

NAME = "protection"


def check_protection(project: Project, environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield which protection is in force; nothing if the hooks are not installed."""
    root = installed_root(project)
    try:
        hook = msgspec.json.decode((root / HOOK_SETTINGS).read_bytes(), type=HookSettings)
    except (OSError, msgspec.DecodeError):
        return
    settings = [(place, read_settings(place)) for place in settings_places(root, environ)]
    yield protection_of(sandbox_words(settings), isolation=hook.isolation)


def protection_of(sandbox: str, *, isolation: bool) -> Check:
    """Return the check of what the hooks deny, and of the client's sandbox."""
    if isolation:
        finding = f"the hooks deny file tools and plain shell writes outside a chamber; {sandbox}"
        return Check(name=NAME, verdict="ok", found=finding)
    finding = f"isolation is off, so the hooks guard only git's stash; {sandbox}"
    mend = "run 'orchestra init' to keep workers in their chambers"
    return Check(name=NAME, verdict="note", found=finding, mend=mend)


def sandbox_words(settings: list[tuple[Path, ClaudeSettings]]) -> str:
    """Return what Claude Code's own sandbox does for Bash, by the first file that mentions it."""
    for place, file in settings:
        sandbox = mapping_of(file.get("sandbox"))
        if not isinstance(sandbox.get("enabled"), bool):
            continue
        if not sandbox["enabled"]:
            break
        leaves = sandbox.get("allowUnsandboxedCommands") is not False
        unless = ", unless a command asks to leave it" if leaves else ""
        return (
            f"Claude Code's sandbox ({place}) holds Bash in the folder that a session was started "
            f"in{unless}, so it separates sessions in chambers, not subagents of one session"
        )
    return "Claude Code's sandbox is off"
