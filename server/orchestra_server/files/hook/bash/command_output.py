"""The output of simple commands that people use in paths: `pwd`, `dirname`, `git rev-parse`."""

import os

from orchestra_server.files.hook.bash.write_scope import UNKNOWN, WORKTREES, WriteScope, absolute

# They shorten or choose lines of their input; a path stays in the same place.
FILTERS = ("head", "tail", "awk", "cut", "sed", "tr", "grep", "sort", "uniq", "cat")
SILENT = ("cd", "test", "[", "true", ":", "set")
REV_PARSE_PATHS = ("--git-common-dir", "--git-dir", "--absolute-git-dir", "--show-toplevel")


def command_output(words: list[str], cwd: str, scope: WriteScope, piped: str) -> str:
    """Return what a command prints, with `UNKNOWN` for what only running it would show.

    `piped` is what is known about its stdin.
    """
    program = os.path.basename(words[0]) if words else ""
    operands = [word for word in words[1:] if not word.startswith("-")]
    if program == "git":
        return git_output(words[1:], cwd, scope)
    if program in SILENT:
        return ""
    if program in FILTERS:
        return piped or UNKNOWN
    return path_output(program, operands, cwd) or UNKNOWN


def path_output(program: str, operands: list[str], cwd: str) -> str:
    """Return the path that a command prints, "" for any other command."""
    if program == "pwd":
        return cwd
    if program in ("echo", "printf"):
        return " ".join(operands)
    if program == "mktemp":
        return f"/tmp/{UNKNOWN}"  # noqa: S108 - where it makes its file
    if program in ("realpath", "readlink") and operands:
        return absolute(operands[0], cwd)
    path = operands[0].rstrip("/") if operands else ""
    if program == "dirname" and path:
        return os.path.dirname(path) or "."
    return os.path.basename(path) if program == "basename" else ""


def git_output(words: list[str], cwd: str, scope: WriteScope) -> str:
    """Return what git prints about the paths of a repository."""
    while words and words[0].startswith("-"):
        if words[0] == "-C" and words[1:]:
            cwd = absolute(words[1], cwd)
        words = words[2 if words[0] in ("-C", "-c") else 1 :]
    owner = scope.owner(os.path.realpath(cwd)) if cwd else ""
    if words[:2] == ["worktree", "list"] and owner:
        return scope.main
    asked = [word for word in words if word in REV_PARSE_PATHS]
    if words[:1] != ["rev-parse"] or not asked or not owner:
        return UNKNOWN
    if asked[-1] == "--git-common-dir":
        return scope.common_dir
    top = {"own": scope.root, "main": scope.main}.get(owner, owner)
    if asked[-1] == "--show-toplevel":
        return top
    if owner == "own":
        return scope.git_dir
    name = owner.partition(WORKTREES)[2]
    return f"{scope.common_dir}/worktrees/{name}" if name else scope.common_dir
