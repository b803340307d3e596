"""The files that `orchestra init` writes: what goes into each, and how it is removed again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_core.project import Project
from orchestra_server.files import git_exclude, json_edit
from orchestra_server.files.clients.agent_clients import AGENTS, AgentClient
from orchestra_server.files.hook_setup.hook_code import code_folder, starter_source
from orchestra_server.files.hook_setup.hook_settings import (
    HOOK,
    HOOK_SETTINGS,
    HOOK_SETTINGS_MODE,
)
from orchestra_server.files.hook_setup.shell_guard import Command, main_command
from orchestra_server.files.installation import client_settings, server_consent
from orchestra_server.files.installation.install_record import InstallRecord
from orchestra_server.files.installation.mcp_json import (
    LAUNCHER,
    MCP_JSON,
    with_server,
    without_server,
)

SETTINGS = Path(".claude", "settings.local.json")
_LAUNCHER_SOURCE = Path(__file__).with_name("orchestration_launcher.py")
_EMPTY = "{}\n"
# A file that contains one of these was written by some version of Orchestra.
_MARKS = ("Orchestra", '"mode": "main"')


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """One file and how its text changes.

    `installed` returns the text with Orchestra's part, given the current text or None.
    `uninstalled` returns the text without that part, or None if the whole file is Orchestra's.
    """

    path: Path
    done: str  # what `orchestra init` reports after writing the file
    installed: Callable[[str | None], str]
    uninstalled: Callable[[str], str | None]
    mode: int = 0o644


def installed_files(
    project: Project,
    python: Path,
    record: InstallRecord | None,
    agents: Sequence[str],
    hook_settings: bytes = b"",
    *,
    worktrees: bool = True,
) -> list[InstalledFile]:
    """Return every file for one working tree and the named agents besides Claude Code.

    Raises BadInput if a symbolic link leads nowhere.
    """
    root = project.root
    mcp_json, settings = _link_target(root / MCP_JSON), _link_target(root / SETTINGS)
    command = main_command(python, code_folder(project.git_dir), root)
    client_files = {
        agent.place: _client_file(root / agent.place, agent, command)
        for agent in AGENTS.values()
        if agent.in_main and agent.name in agents
    }
    # Git ignores a file that people commit only if Orchestra made it.
    made = {file.path for file in record.files if file.before is None} if record else set[str]()
    committable = {git_exclude.MCP_JSON: mcp_json}
    committable |= {f"/{place.as_posix()}": file.path for place, file in client_files.items()}
    hidden = [name for name, path in committable.items() if str(path) in made or not path.exists()]
    patterns = (*git_exclude.PATTERNS, *hidden)

    return [
        InstalledFile(
            mcp_json,
            "server 'orchestration' registered",
            lambda text: with_server(text or _EMPTY, str(mcp_json)),
            lambda text: without_server(text, str(mcp_json)),
        ),
        _settings_file(settings, client_settings.hooks_of(command, worktrees=worktrees)),
        _own_file(root / HOOK, starter_source(project.git_dir)),
        _own_file(root / HOOK_SETTINGS, hook_settings.decode(), HOOK_SETTINGS_MODE),
        _own_file(root / LAUNCHER, launcher_source(python)),
        InstalledFile(
            _link_target(git_exclude.exclude_file(project.git_dir)),
            "Orchestra's files are kept out of git status",
            lambda text: git_exclude.with_patterns(text or "", patterns),
            git_exclude.without_block,
        ),
        *client_files.values(),
    ]


def _settings_file(settings: Path, hooks: client_settings.Hooks) -> InstalledFile:
    """Return Claude Code's settings file: hooks, permission, and consent to start the server."""

    def with_settings(text: str | None) -> str:
        allowed = client_settings.with_permission(text or _EMPTY, str(settings))
        consenting = server_consent.with_consent(allowed, str(settings))
        return client_settings.with_hooks(consenting, str(settings), hooks)

    def without_settings(text: str) -> str:
        without_hooks = client_settings.without_hooks(text, str(settings))
        without_consent = server_consent.without_answer(without_hooks, str(settings))
        return client_settings.without_permission(without_consent, str(settings))

    present = decode_file(read_file(settings), settings) or _EMPTY
    refused = server_consent.is_refused(json_edit.check(present, str(settings)))
    return InstalledFile(
        settings,
        "hooks and permission to call Orchestra's tools added, its server enabled"
        + ("; the refusal to start it was taken out" if refused else ""),
        with_settings,
        without_settings,
    )


def _client_file(place: Path, agent: AgentClient, command: Command) -> InstalledFile:
    """Return the file in the main checkout that another agent's client reads in all worktrees."""
    path = _link_target(place)
    return InstalledFile(
        path,
        f"hooks for {agent.name} added",
        lambda text: agent.merged(text or "", str(path), command),
        lambda text: client_settings.without_hooks(text, str(path)),
    )


def _own_file(path: Path, content: str, mode: int = 0o644) -> InstalledFile:
    def installed(text: str | None) -> str:
        if text is not None and not any(mark in text for mark in _MARKS):
            raise Refused(f"{path} is not Orchestra's; move it away and run init again")
        return content

    return InstalledFile(path, "written", installed, lambda _: None, mode)


def launcher_source(python: Path) -> str:
    """Return the launcher's text, with the interpreter that has Orchestra."""
    source = _LAUNCHER_SOURCE.read_text(encoding="utf-8")
    return source.replace('RECORDED = ""', f"RECORDED = {str(python)!r}")


def _link_target(path: Path) -> Path:
    """Return a link's target, or a file's own path; raises BadInput for a broken link."""
    if not path.is_symlink():
        return path
    if not path.exists():
        raise BadInput(
            f"{path} is a link to {path.readlink()}, which is not there; correct or remove the link"
        )
    return path.resolve()


def read_file(path: Path) -> bytes | None:
    """Return a file's content; None if it does not exist. Raises Unavailable."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Unavailable(
            f"{path} cannot be read ({fault.strerror}); make it a readable file"
        ) from fault


def decode_file(raw: bytes | None, path: Path) -> str | None:
    """Return a file's text; raises BadInput for JSON that is not UTF-8."""
    if raw is None:
        return None
    if path.suffix != ".json":
        return raw.decode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path} is not UTF-8; save it as UTF-8 first") from fault
