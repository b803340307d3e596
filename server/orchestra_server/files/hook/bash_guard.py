"""The guard of Bash: a worker's command writes in its own chamber or outside the repository.

It reads the words of a command and denies what they show. What only running the command would show
passes.
"""

import os

from orchestra_server.files.hook.answer_events import NOT_RUN, print_answer, read_suspension
from orchestra_server.files.hook.bash.bash_writes import bash_writes
from orchestra_server.files.hook.bash.write_scope import (
    UNKNOWN,
    Write,
    WriteScope,
    is_forbidden,
    is_kept,
    real_path,
)
from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.isolation_guard import is_isolated
from orchestra_server.files.hook.json_files import (
    Fields,
    object_of,
    one_line,
    read_file,
    text,
)
from orchestra_server.files.hook.take_mail import waiting_mail

LONGEST_ALIASES = 65_536  # most bytes of git's answer
SHARED: dict[str, str] = {
    "stash": (
        "all chambers share one git stash, and another worker could take your entry, or you "
        "theirs. Commit on your own branch instead (chamber {name}; git commit --amend can change "
        "that commit later), or put the change into a file outside the repository: git diff > "
        "FILE, and git apply FILE."
    ),
    "worktrees": (
        "`{program}` changes the worktrees of the repository, and each chamber is one of them. "
        "Work in chamber {name}, {root}."
    ),
    "refs": (
        "`{program}` moves a ref that is not chamber {name}'s own. Commit on your own branch; "
        "its work lands when the task is completed."
    ),
    "branches": (
        "`{program}` changes a branch that is not chamber {name}'s own. Commit on your own "
        "branch; its work lands when the task is completed."
    ),
    "objects": (
        "`{program}` removes objects or logs of the whole repository, which the main checkout and "
        "other chambers may need. Leave it out: git cleans up by itself."
    ),
    "configuration": (
        "`{program}` changes the configuration of the whole repository, which all chambers and "
        "the main checkout share. Give a setting to one command instead: git -c NAME=VALUE …"
    ),
}


def guard_bash(reader: Reader, payload: Fields) -> None:
    """Deny a command that clearly writes outside the chamber, and say what to do instead.

    Does nothing if mail or a suspension denies the call anyway.
    """
    reason = forbidden_command(reader, payload)
    if reason and not waiting_mail(reader) and not read_suspension(reader):
        print_answer("PreToolUse", reader, reason)


def forbidden_command(reader: Reader, payload: Fields) -> str:
    """Return why a command may not run, "" if it may.

    Without isolation only the stash is guarded, because what another worker loses there exists
    nowhere else.
    """
    command = text(object_of(payload.get("tool_input")).get("command"))
    if not command or not reader.main:
        return ""
    cwd, scope = text(payload.get("cwd")) or reader.root, read_scope(reader)
    writes = bash_writes(command, os.path.realpath(cwd), scope)
    if scope.has_unknown_subcommand:
        scope.aliases = git_aliases(cwd)
        writes = bash_writes(command, os.path.realpath(cwd), scope) if scope.aliases else writes
    forbidden = [write for write in writes if is_forbidden(write, scope)]
    if forbidden and not is_isolated(scope.main):
        forbidden = [write for write in forbidden if write.shared == "stash"]
    return denial(forbidden[0], reader.name, scope) if forbidden else ""


def read_scope(reader: Reader) -> WriteScope:
    """Return a worker's surroundings, with links followed."""
    root, main = os.path.realpath(reader.root), os.path.realpath(reader.main)
    git_dir = read_line(f"{root}/.git").partition("gitdir: ")[2]
    git_dir = os.path.realpath(os.path.join(root, git_dir)) if git_dir else ""
    of_worktree = git_dir.rpartition("/worktrees/")[0]
    common_dir = of_worktree or os.path.realpath(f"{main}/.git")
    scope = WriteScope(root, main, common_dir, git_dir)
    scope.home = os.path.expanduser("~")
    # The client sets it for hooks, not for commands: a command that uses it means the main
    # checkout.
    scope.project_dir = main
    scope.branch = branch_in(f"{git_dir}/HEAD")
    scope.main_branch = branch_in(f"{common_dir}/HEAD")
    return scope


def branch_in(head: str) -> str:
    """Return the branch that a HEAD names, "" for none."""
    return read_line(head).partition("ref: refs/heads/")[2]


def read_line(path: str) -> str:
    """Return the first line of a file, "" if it cannot be read."""
    try:
        return read_file(path).decode("utf-8", "replace").partition("\n")[0]
    except OSError:
        return ""


def git_aliases(cwd: str) -> dict[str, str]:
    """Ask git for its aliases; git is started only for a subcommand that is not its own."""
    read_end, write_end = os.pipe()
    arguments = ("git", "-C", cwd, "config", "--get-regexp", "^alias[.]")
    actions = (
        (os.POSIX_SPAWN_DUP2, write_end, 1),
        (os.POSIX_SPAWN_CLOSE, read_end),
        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0),
    )
    try:
        os.posix_spawnp("git", arguments, os.environ, file_actions=actions)
    except OSError:
        return {}
    finally:
        os.close(write_end)
    listed = b""
    while len(listed) < LONGEST_ALIASES:
        read = os.read(read_end, LONGEST_ALIASES)
        if not read:
            break
        listed += read
    return parse_aliases(listed.decode("utf-8", "replace"))


def parse_aliases(listed: str) -> dict[str, str]:
    """Return aliases by name, from lines such as "alias.st stash"."""
    lines = [line.partition(" ") for line in listed.splitlines() if line.startswith("alias.")]
    return {name.removeprefix("alias."): value for name, _, value in lines}


def denial(write: Write, name: str, scope: WriteScope) -> str:
    """Return the reason for a denial, worded for the worker."""
    begin = f"{NOT_RUN}: "
    if write.shared:
        reason = SHARED[write.shared]
        return begin + reason.format(name=name, program=write.program, root=scope.root)
    path = real_path(write)
    shown = one_line(path.replace(UNKNOWN, "…"), 500)
    verb = "remove" if write.removes else "change"
    owner = scope.owner(path)
    if owner == "own" and is_kept(path, scope, removes=write.removes):
        return (
            f"{begin}{write.program} would {verb} {shown}, by which Orchestra reaches you in "
            f"chamber {name}. Leave it as it is."
        )
    whose = "the main checkout"
    if owner not in ("", "main", "own"):
        whose = f"chamber {os.path.basename(owner)}"
    elif not owner:
        whose = "a folder with the main checkout in it"
    top = owner if owner.startswith("/") else scope.main
    below = os.path.relpath(path, top) if owner else "."
    instead = scope.root if below == "." or below.startswith(".git") else f"{scope.root}/{below}"
    instead = one_line(instead.replace(UNKNOWN, "…"), 500)
    is_in = "is" if path == top or not owner else "is in"
    return (
        f"{begin}{write.program} would {verb} {shown}, which {is_in} {whose}, and you work in "
        f"chamber {name}. Use {instead} instead."
    )
