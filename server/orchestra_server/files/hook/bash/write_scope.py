"""Where a command runs: the worker's chamber, the repository around it, and the shell's state."""

import os

UNKNOWN = "\x01"  # in a word: what only the running shell would know
WORKTREES = "/.claude/worktrees/"
# What Orchestra keeps below a chamber's root; removing a folder above such a file removes it too.
KEPT = (".git", ".claude/settings.local.json", ".claude/hooks/interrupt_monitor")


class WriteScope:
    """A worker's chamber and its repository, all as absolute paths without links."""

    def __init__(self, root: str, main: str, common_dir: str, git_dir: str) -> None:
        self.root, self.main = root, main
        self.common_dir, self.git_dir = common_dir, git_dir  # the repository's, and the worktree's
        self.home, self.project_dir = "", ""
        self.branch, self.main_branch = "", ""
        self.aliases = dict[str, str]()  # git's configured aliases, by name
        self.has_unknown_subcommand = False  # a git subcommand, which may be an alias

    def owner(self, path: str) -> str:
        """Return a path's owner: "own", "main", a sibling's root, or "" outside the repository.

        The git directory of the chamber's worktree counts as its own, the rest of the common one as
        main's.
        """
        if is_below(path, self.root) or is_below(path, self.git_dir):
            return "own"
        if is_below(path, self.common_dir):
            return "main"
        if not is_below(path, self.main):
            return ""
        before, separator, after = f"{path}/".partition(WORKTREES)
        name = after.partition("/")[0]
        if UNKNOWN in name:  # it may be its own
            return ""
        return f"{before}{separator}{name}" if separator and name else "main"


class Write:
    """What a command would change: a path or, with `shared`, what all worktrees have in common."""

    def __init__(self, program: str, path: str, *, removes: bool = False, shared: str = "") -> None:
        self.program, self.path, self.removes, self.shared = program, path, removes, shared


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or something in it."""
    return bool(folder) and f"{path}/".startswith(f"{folder.rstrip('/')}/")


def absolute(word: str, cwd: str) -> str:
    """Return the path that a word names in a directory; "" if only the shell would know."""
    if not word or word.startswith(UNKNOWN) or (not word.startswith("/") and not cwd):
        return ""
    path = os.path.normpath(os.path.join(cwd, word))
    return path.replace("//", "/", 1) if path.startswith("//") else path


def real_path(write: Write) -> str:
    """Return where a write ends up; removing a link removes the link itself, not its target."""
    if not write.removes:
        return os.path.realpath(write.path)
    folder, name = os.path.split(write.path)
    return os.path.join(os.path.realpath(folder), name)


def is_forbidden(write: Write, scope: WriteScope) -> bool:
    """Tell whether a worker may not make a write: outside its chamber, or to Orchestra's files."""
    if write.shared:
        return True
    if not write.path:
        return False
    path = real_path(write)
    owner = scope.owner(path)
    if owner == "own":
        return is_kept(path, scope, removes=write.removes)
    is_around = write.removes and (is_below(scope.main, path) or is_below(scope.common_dir, path))
    return bool(owner) or is_around


def is_kept(path: str, scope: WriteScope, *, removes: bool) -> bool:
    """Tell whether a path in the chamber is Orchestra's own, or removing it removes such a file."""
    own_paths = [f"{scope.root}/{name}" for name in KEPT]
    if removes and any(is_below(file, path) or is_matched(file, path) for file in own_paths):
        return True
    return path == own_paths[0] or path.startswith(tuple(own_paths[1:]))


def is_matched(file: str, pattern: str) -> bool:
    """Tell whether a pattern with a final wildcard, such as `.claude/*`, may match a file."""
    folder, name = os.path.split(pattern)
    if "*" not in name or not is_below(file, folder):
        return False
    step = file[len(folder) + 1 :].partition("/")[0]
    is_hidden = step.startswith(".") and not name.startswith(".")
    return step.startswith(name.partition("*")[0]) and not is_hidden
