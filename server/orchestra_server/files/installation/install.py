"""`orchestra init`: what a repository needs for its agents to find us, and how it is taken out.

A file of the user's is merged into, never rewritten; one behind a symlink is changed where it lies.
`.mcp.json` is a file people commit: it is kept out of `git status` only when it was not there
before. Where it was, the merge is theirs to commit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_core.project import Project, find_project
from orchestra_server.files import git_exclude, json_edit
from orchestra_server.files.agents.agent_clients import AGENTS, AgentClient
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.hook_setup.hook_code import (
    code_folder,
    install_code,
    is_installed,
    remove_code,
    starter_source,
)
from orchestra_server.files.hook_setup.hook_settings import (
    HOOK,
    HOOK_SETTINGS,
    HOOK_SETTINGS_MODE,
    main_settings,
    remove_retired,
)
from orchestra_server.files.hook_setup.shell_guard import Command, main_command
from orchestra_server.files.installation import client_settings
from orchestra_server.files.installation.install_record import (
    InstallRecord,
    digest,
    has_other_records,
    read_record,
    updated,
    write_record,
)
from orchestra_server.files.installation.mcp_json import (
    LAUNCHER,
    MCP_JSON,
    with_server,
    without_server,
)
from orchestra_server.files.installation.uninstall_cleanup import chambers_in, sweep

SETTINGS = Path(".claude", "settings.local.json")
_LAUNCHER_SOURCE = Path(__file__).with_name("orchestration_launcher.py")
_EMPTY = "{}\n"
_FOLDERS = (Path(".claude"), HOOK.parent, LAUNCHER.parent)
# By one of these a file in our place is known to be ours, of whatever version.
_MARKS = ("Orchestra", '"mode": "main"')


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """One file: how its text comes to be, and what is left of it without us (None: nothing)."""

    path: Path
    says: str
    wanted: Callable[[str | None], str]
    without: Callable[[str], str | None]
    mode: int = 0o644


def initialise(
    root: Path, python: Path, *, isolation: bool = True, agents: Sequence[str] = ()
) -> list[str]:
    """Set Orchestra up in the working tree at `root` and return a line for each thing done.

    `python` is the interpreter that has Orchestra; `isolation` keeps workers from writing outside
    their chambers; `agents` are those beside Claude Code that chambers are furnished for.
    Everything is checked before anything is written. Raises BadInput for a file that is not JSON,
    Refused where something of the user's stands in the way, Unavailable when the disk does.
    """
    project = _project(root)
    record = read_record(project.git_dir, project.root)
    hook_settings = main_settings(project.root, isolation=isolation, agents=agents)
    parts = _parts(project, python, record, agents, hook_settings)
    written: dict[Path, tuple[bytes | None, bytes]] = {}
    for part in parts:
        before = _read(part.path)
        after = part.wanted(_decoded(before, part.path)).encode("utf-8", "surrogateescape")
        if after != before:
            written[part.path] = (before, after)
    if not written and is_installed(project.git_dir):
        return []
    try:
        is_code_new = install_code(project.git_dir)
        _write(project, record, parts, written)
        retired = remove_retired(project.root)
    except OSError as fault:
        raise Unavailable(
            f"{fault.filename} cannot be written ({fault.strerror}); mend that and run init again"
        ) from fault
    lines = [_line(project, part.path, part.says) for part in parts if part.path in written]
    if is_code_new and not lines:
        lines = [f"{code_folder(project.git_dir)}: written"]
    return [*lines, *(f"{path}: removed, it is part of {HOOK.name} now" for path in retired)]


def undo(root: Path) -> list[str]:
    """Take out what `initialise` put in and return a line for each thing done; [] for nothing.

    A file that nobody changed since is byte for byte as it was; from any other only what is ours
    is taken. The exclude block stays while there are chambers, whose files it hides.
    """
    project = find_project(root)
    record = read_record(project.git_dir, project.root)
    if record is None:
        return []
    parts = {part.path: part for part in _parts(project, Path(), record, tuple(AGENTS))}
    lines: list[str] = []
    try:
        for entry in reversed(record.files):
            part = parts.get(Path(entry.path))
            if part is not None:
                done = _take_out(project, part, entry.before, entry.after)
                lines += [_line(project, part.path, done)] if done else []
        lines += [f"{path}: removed" for path in remove_retired(project.root)]
        sweep(project.root)
        for directory in reversed(record.directories):
            if Path(directory).is_dir() and not any(Path(directory).iterdir()):
                Path(directory).rmdir()
        if not chambers_in(project.root) and not has_other_records(project.git_dir, project.root):
            remove_code(project.git_dir)
        write_record(project.git_dir, project.root, None)
    except OSError as fault:
        raise Unavailable(
            f"{fault.filename} cannot be changed ({fault.strerror}); mend that and run it again"
        ) from fault
    return lines


def _project(root: Path) -> Project:
    project = find_project(root)
    if project.root == project.git_dir:
        raise Refused(f"{root} is a bare repository; run this in a working tree of it")
    for folder in _FOLDERS:
        place = (project.root / folder).resolve()
        if not place.is_relative_to(project.root):
            raise Refused(f"{folder} leads to {place}, out of the repository; make it a directory")
        if place.exists() and not place.is_dir():
            raise Refused(f"{project.root / folder} is a file, where a directory is needed")
    hook_settings = _read(project.root / HOOK_SETTINGS)
    if hook_settings is not None and b'"mode": "chamber"' in hook_settings:
        raise Refused(f"{project.root} is a chamber; run this in {project.main_checkout}")
    return project


def _parts(
    project: Project,
    python: Path,
    record: InstallRecord | None,
    agents: Sequence[str],
    hook_settings: bytes = b"",
) -> list[InstalledFile]:
    root = project.root
    mcp_json, settings = _target(root / MCP_JSON), _target(root / SETTINGS)
    command = main_command(python, code_folder(project.git_dir), root)
    hooks = client_settings.hooks_of(command)
    clients = {
        agent.place: _client_part(root / agent.place, agent, command)
        for agent in AGENTS.values()
        if agent.in_main and agent.name in agents
    }
    # Files that people commit are hidden from git only where they were not there before.
    made = {Path(one.path) for one in record.files if one.before is None} if record else set[Path]()
    shared = {git_exclude.MCP_JSON: mcp_json}
    shared |= {f"/{place.as_posix()}": part.path for place, part in clients.items()}
    hidden = [name for name, path in shared.items() if path in made or not path.exists()]
    patterns = (*git_exclude.PATTERNS, *hidden)

    def with_settings(text: str | None) -> str:
        allowed = client_settings.with_permission(text or _EMPTY, str(settings))
        return client_settings.with_hooks(allowed, str(settings), hooks)

    def without_settings(text: str) -> str:
        left = client_settings.without_hooks(text, str(settings))
        return client_settings.without_permission(left, str(settings))

    return [
        InstalledFile(
            mcp_json,
            "server 'orchestration' registered",
            lambda text: with_server(text or _EMPTY, str(mcp_json)),
            lambda text: without_server(text, str(mcp_json)),
        ),
        InstalledFile(
            settings, "hooks and leave to call our tools added", with_settings, without_settings
        ),
        _own_file(root / HOOK, starter_source(project.git_dir)),
        _own_file(root / HOOK_SETTINGS, hook_settings.decode(), HOOK_SETTINGS_MODE),
        _own_file(root / LAUNCHER, launcher_source(python)),
        InstalledFile(
            _target(git_exclude.exclude_file(project.git_dir)),
            "what Orchestra writes is kept out of git status",
            lambda text: git_exclude.with_patterns(text or "", patterns),
            git_exclude.without_block,
        ),
        *clients.values(),
    ]


def _client_part(place: Path, agent: AgentClient, command: Command) -> InstalledFile:
    """Return what another agent's client reads in the main checkout, wherever it works."""
    path = _target(place)
    return InstalledFile(
        path,
        f"hooks for {agent.name} added",
        lambda text: agent.merged(text or "", str(path), command),
        lambda text: client_settings.without_hooks(text, str(path)),
    )


def _own_file(path: Path, content: str, mode: int = 0o644) -> InstalledFile:
    def wanted(text: str | None) -> str:
        if text is not None and not any(mark in text for mark in _MARKS):
            raise Refused(f"{path} is not Orchestra's; move it away and run init again")
        return content

    return InstalledFile(path, "written", wanted, lambda _: None, mode)


def launcher_source(python: Path) -> str:
    """Return the launcher as it is installed, with the interpreter that has Orchestra."""
    source = _LAUNCHER_SOURCE.read_text(encoding="utf-8")
    return source.replace('RECORDED = ""', f"RECORDED = {str(python)!r}")


def _target(path: Path) -> Path:
    """Return where a user's file really lies; raises BadInput for a link that leads nowhere."""
    if not path.is_symlink():
        return path
    if not path.exists():
        raise BadInput(f"{path} is a link to {path.readlink()}, which is not there; mend it first")
    return path.resolve()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Unavailable(f"{path} cannot be read ({fault.strerror}); mend that first") from fault


def _decoded(raw: bytes | None, path: Path) -> str | None:
    if raw is None:
        return None
    if path.suffix != ".json":
        return raw.decode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path} is not UTF-8; save it as UTF-8 first") from fault


def _write(
    project: Project,
    record: InstallRecord | None,
    parts: Sequence[InstalledFile],
    written: Mapping[Path, tuple[bytes | None, bytes]],
) -> None:
    """Write the record first: whatever happens then, undo knows all that may have been done."""
    wanted = (project.git_dir / "info", *(project.root / folder for folder in _FOLDERS))
    folders = dict.fromkeys((*wanted, *(part.path.parent for part in parts)))
    made = tuple(str(folder) for folder in folders if not folder.exists())
    write_record(project.git_dir, project.root, updated(record, written, made))
    for folder in folders:
        folder.mkdir(exist_ok=True)
    for part in parts:
        if part.path in written:
            mode = part.path.stat().st_mode & 0o777 if part.path.exists() else part.mode
            write_atomically(part.path, written[part.path][1], mode, durable=True)


def _take_out(project: Project, part: InstalledFile, before: bytes | None, after: str) -> str:
    """Bring one file back, and say what was done; "" when there was nothing to do."""
    current = _read(part.path)
    if current is None:
        return ""
    if part.without is git_exclude.without_block and chambers_in(project.root):
        return "left as it is while there are chambers"
    left = before
    if digest(current) != after:
        text = part.without(_decoded(current, part.path) or "")
        if text is None:
            return "left, because it was changed since"
        left = text.encode("utf-8", "surrogateescape")
        is_empty = not json_edit.check(text, "") if part.path.suffix == ".json" else not text
        left = None if before is None and is_empty else left
    if left == current:
        return ""
    if left is None:
        part.path.unlink()
        return "removed"
    write_atomically(part.path, left, part.path.stat().st_mode & 0o777, durable=True)
    return "Orchestra's part taken out"


def _line(project: Project, path: Path, says: str) -> str:
    shown = path.relative_to(project.root) if path.is_relative_to(project.root) else path
    return f"{shown}: {says}"
