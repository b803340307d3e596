"""Reads every settings file of Claude Code that applies here, and names what disables Orchestra."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from orchestra_core.project import Project
from orchestra_core.text import one_line
from orchestra_server.files.installation.client_settings import PERMISSION
from orchestra_server.files.installation.mcp_json import SERVER
from orchestra_server.files.installation.server_consent import DISABLED
from orchestra_tui.command_line.doctor_checks.checks import Check
from orchestra_tui.command_line.doctor_checks.installation_check import installed_root

NAME = "Claude settings"
# What an organisation sets for a machine: https://code.claude.com/docs/en/settings
_MANAGED = (
    Path("/Library/Application Support/ClaudeCode/managed-settings.json")
    if sys.platform == "darwin"
    else Path("/etc/claude-code/managed-settings.json")
)

ClaudeSettings = Mapping[str, Any]


def check_claude_settings(project: Project, environ: Mapping[str, str]) -> list[Check]:
    """Return a check for each thing that keeps our server or our hooks from working here."""
    root = installed_root(project)
    places = settings_places(root, environ)
    checks = [
        check for place in places for check in settings_checks(read_settings(place), str(place))
    ]
    trust = Path(environ.get("HOME") or Path.home()) / ".claude.json"
    return [*checks, *trust_checks(read_settings(trust), str(trust), str(root))]


def settings_places(root: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the settings files that apply below `root`, in the order of precedence."""
    home = Path(environ.get("HOME") or Path.home())
    user = Path(environ.get("CLAUDE_CONFIG_DIR") or home / ".claude")
    return (
        _MANAGED,
        root / ".claude" / "settings.local.json",
        root / ".claude" / "settings.json",
        user / "settings.json",
    )


def settings_checks(settings: ClaudeSettings, place: str) -> Iterator[Check]:
    """Yield a check for each thing that one settings file disables."""
    if settings.get("disableAllHooks") is True:
        yield _failed(
            f"{place}: disableAllHooks is true, so workers get no mail and are not seen",
            "remove it there, or set it to false",
        )
    if settings.get("allowManagedHooksOnly") is True:
        yield _failed(
            f"{place}: allowManagedHooksOnly is true, so the hooks of this project do not run",
            "ask whoever manages this machine's settings",
        )
    if SERVER in _list(settings.get(DISABLED)):
        yield _failed(
            f"{place}: {DISABLED} names {SERVER!r}, so the server is disabled",
            "run 'orchestra init' again, or remove it there",
        )
    permissions = mapping_of(settings.get("permissions"))
    denied = [rule for rule in _list(permissions.get("deny")) if _is_ours(rule)]
    if denied:
        yield _failed(
            f"{place}: permissions.deny has {', '.join(map(one_line, denied))}",
            "remove it there: it forbids Orchestra's tools",
        )
    if permissions.get("defaultMode") == "auto":
        finding = f"{place}: permissions.defaultMode is auto, so the client itself decides requests"
        mend = "set it to acceptEdits or default to be asked"
        yield Check(name=NAME, verdict="note", found=finding, mend=mend)


def trust_checks(state: ClaudeSettings, place: str, root: str) -> Iterator[Check]:
    """Yield a check if the client's own state says that it does not trust the project's folder."""
    entry = mapping_of(mapping_of(state.get("projects")).get(root))
    if entry and entry.get("hasTrustDialogAccepted") is False:
        finding = (
            f"{place}: the folder {root} is not trusted, so its settings and hooks do not count"
        )
        yield Check(
            name=NAME,
            verdict="note",
            found=finding,
            mend=f"start 'claude' once in {root} and accept its question",
        )


def _is_ours(rule: object) -> bool:
    return isinstance(rule, str) and (
        rule == PERMISSION or rule.startswith((f"{PERMISSION}__", f"{PERMISSION}("))
    )


def _failed(fault: str, mend: str) -> Check:
    return Check(name=NAME, verdict="fail", found=fault, mend=mend)


def read_settings(place: Path) -> ClaudeSettings:
    """Return a file's object; a missing file, or one that is not JSON, counts as empty."""
    try:
        return mapping_of(msgspec.json.decode(place.read_bytes()))
    except (OSError, msgspec.DecodeError):
        return {}


def mapping_of(value: object) -> ClaudeSettings:
    """Return a value of a settings file as an object, {} for any other value."""
    return cast("ClaudeSettings", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
