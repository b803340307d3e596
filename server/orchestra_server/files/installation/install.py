"""`orchestra init` and its undo: what a repository needs so that its agents find Orchestra.

The user's files are merged into, never rewritten; for a symbolic link the target is changed. People
commit `.mcp.json`, so git ignores it only if it did not exist before.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestra_core.errors import Refused, Unavailable
from orchestra_core.project import Project, find_project
from orchestra_server.files import git_exclude, json_edit
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.chamber.link_check import require_own_folders
from orchestra_server.files.clients.agent_clients import AGENTS
from orchestra_server.files.hook_setup.hook_code import (
    code_folder,
    install_code,
    is_installed,
    remove_code,
)
from orchestra_server.files.hook_setup.hook_settings import (
    HOOK,
    HOOK_SETTINGS,
    main_settings,
    remove_retired,
)
from orchestra_server.files.hook_setup.shell_guard import main_command
from orchestra_server.files.installation.install_record import (
    InstallRecord,
    digest,
    has_other_records,
    read_record,
    updated,
    write_record,
)
from orchestra_server.files.installation.installed_files import (
    InstalledFile,
    decode_file,
    installed_files,
    read_file,
)
from orchestra_server.files.installation.mcp_json import LAUNCHER
from orchestra_server.files.installation.uninstall_cleanup import chambers_in, sweep
from orchestra_server.files.spool.spool_folder import make_spool, remove_spool
from orchestra_server.files.subagents.agent_baton import remove_agent_calls

_FOLDERS = (Path(".claude"), HOOK.parent, LAUNCHER.parent)


def initialise(
    root: Path,
    python: Path,
    *,
    isolation: bool = True,
    worktrees: bool = True,
    agents: Sequence[str] = (),
) -> list[str]:
    """Install Orchestra in the working tree at `root`; return a line for each thing done.

    `python` is the interpreter that has Orchestra; `isolation` keeps workers from writing outside
    their chambers; `worktrees` makes chambers of the worktrees that Claude Code opens; `agents`
    names the agents besides Claude Code whose sessions get mail. Everything is checked before
    anything is written. Raises BadInput for a file that is not JSON, Refused if another file is in
    the place of one of Orchestra's, and Unavailable for a disk error.
    """
    project = _project(root)
    record = read_record(project.git_dir, project.root)
    command = main_command(python, code_folder(project.git_dir), project.root)
    hook_settings = main_settings(
        project.root, command.reports, isolation=isolation, worktrees=worktrees, agents=agents
    )
    files = installed_files(project, python, record, agents, hook_settings, worktrees=worktrees)
    changes: dict[Path, tuple[bytes | None, bytes]] = {}
    for file in files:
        before = read_file(file.path)
        after = file.installed(decode_file(before, file.path)).encode("utf-8", "surrogateescape")
        if after != before:
            changes[file.path] = (before, after)
    if not changes and is_installed(project.git_dir):
        return []
    try:
        is_code_new = install_code(project.git_dir)
        make_spool(project.git_dir)
        _write(project, record, files, changes)
        retired = remove_retired(project.root)
    except OSError as fault:
        raise Unavailable(
            f"{fault.filename} cannot be written ({fault.strerror}); "
            "make it writable and run init again"
        ) from fault
    lines = [_line(project, file.path, file.done) for file in files if file.path in changes]
    if is_code_new and not lines:
        lines = [f"{code_folder(project.git_dir)}: written"]
    return [*lines, *(f"{path}: removed, {HOOK.name} replaces it" for path in retired)]


def undo(root: Path) -> list[str]:
    """Remove what `initialise` added; return a line for each thing done.

    A file that nobody has changed since gets its former content back; from any other file only
    Orchestra's part is removed. While there are chambers the exclude block stays, to hide their
    files.
    """
    project = find_project(root)
    record = read_record(project.git_dir, project.root)
    if record is None:
        return []
    files = {file.path: file for file in installed_files(project, Path(), record, tuple(AGENTS))}
    lines: list[str] = []
    try:
        for entry in reversed(record.files):
            file = files.get(Path(entry.path))
            if file is not None:
                done = _take_out(project, file, entry.before, entry.after)
                lines += [_line(project, file.path, done)] if done else []
        lines += [f"{path}: removed" for path in remove_retired(project.root)]
        sweep(project.root)
        for directory in reversed(record.directories):
            if Path(directory).is_dir() and not any(Path(directory).iterdir()):
                Path(directory).rmdir()
        if not chambers_in(project.root) and not has_other_records(project.git_dir, project.root):
            remove_code(project.git_dir)
            remove_spool(project.git_dir)
            remove_agent_calls(str(project.git_dir))
        write_record(project.git_dir, project.root, None)
    except OSError as fault:
        raise Unavailable(
            f"{fault.filename} cannot be changed ({fault.strerror}); "
            "make it writable and run 'orchestra init --undo' again"
        ) from fault
    return lines


def _project(root: Path) -> Project:
    project = find_project(root)
    if project.root == project.git_dir:
        raise Refused(f"{root} is a bare repository; run this in a working tree of it")
    require_own_folders(project.root, *_FOLDERS)
    for folder in _FOLDERS:
        place = project.root / folder
        if place.exists() and not place.is_dir():
            raise Refused(f"{place} is a file, where a directory is needed")
    hook_settings = read_file(project.root / HOOK_SETTINGS)
    if hook_settings is not None and b'"mode": "chamber"' in hook_settings:
        raise Refused(f"{project.root} is a chamber; run this in {project.main_checkout}")
    return project


def _write(
    project: Project,
    record: InstallRecord | None,
    files: Sequence[InstalledFile],
    changes: Mapping[Path, tuple[bytes | None, bytes]],
) -> None:
    """Write the record first, so that undo knows every file that a killed process may have written.

    `changes` has each changed file's content before and after.
    """
    wanted = (project.git_dir / "info", *(project.root / folder for folder in _FOLDERS))
    folders = dict.fromkeys((*wanted, *(file.path.parent for file in files)))
    new_folders = tuple(str(folder) for folder in folders if not folder.exists())
    write_record(project.git_dir, project.root, updated(record, changes, new_folders))
    for folder in folders:
        folder.mkdir(exist_ok=True)
    for file in files:
        if file.path in changes:
            mode = file.path.stat().st_mode & 0o777 if file.path.exists() else file.mode
            write_atomically(file.path, changes[file.path][1], mode, durable=True)


def _take_out(project: Project, file: InstalledFile, before: bytes | None, after: str) -> str:
    """Undo the change of one file; return what was done, "" for nothing.

    `before` is its former content, `after` the hash of what `initialise` left in it.
    """
    current = read_file(file.path)
    if current is None:
        return ""
    if file.uninstalled is git_exclude.without_block and chambers_in(project.root):
        return "left as it is while there are chambers"
    restored = before
    if digest(current) != after:
        text = file.uninstalled(decode_file(current, file.path) or "")
        if text is None:
            return "left, because it was changed since"
        restored = text.encode("utf-8", "surrogateescape")
        is_empty = not json_edit.check(text, "") if file.path.suffix == ".json" else not text
        restored = None if before is None and is_empty else restored
    if restored == current:
        return ""
    if restored is None:
        file.path.unlink()
        return "removed"
    write_atomically(file.path, restored, file.path.stat().st_mode & 0o777, durable=True)
    return "Orchestra's part taken out"


def _line(project: Project, path: Path, done: str) -> str:
    shown = path.relative_to(project.root) if path.is_relative_to(project.root) else path
    return f"{shown}: {done}"
