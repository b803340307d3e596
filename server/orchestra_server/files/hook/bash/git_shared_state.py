"""Which git commands change state that all worktrees of a repository share."""

import os

from orchestra_server.files.hook.bash.program_options import (
    Options,
    has_option,
    split_options,
    values_of,
)
from orchestra_server.files.hook.bash.write_scope import UNKNOWN, Write, WriteScope, absolute

STASH_READS = ("list", "show", "create")
CONFIG_READS = ("--get", "--get-all", "--get-regexp", "--get-urlmatch", "-l", "--list", "get")
CONFIG_ELSEWHERE = ("--global", "--system", "--worktree", "-f", "--file")
REMOTE_CHANGES = ("set-url", "remove", "rm", "rename")
AUTOSTASH = "--autostash"
# The setting with the same effect, by subcommand.
AUTOSTASH_SETTINGS = {
    "rebase": ("rebase.autostash",),
    "merge": ("merge.autostash",),
    "pull": ("rebase.autostash", "merge.autostash"),
}
# Options that move or delete a tag, or a branch.
TAG_CHANGES = ("-d", "--delete", "-f", "--force")
BRANCH_CHANGES = ("-d", "-D", "--delete", "-f", "--force", "-m", "-M", "--move", "-C")


def is_config_read(words: list[str]) -> bool:
    """Tell whether `git config` only reads, or changes a file outside the repository."""
    options, operands = split_options(words, ("-f", "--file", "--type", "--default"))
    if has_option(options, CONFIG_ELSEWHERE) or has_option(options, CONFIG_READS):
        return True
    if has_option(options, ("--unset", "--unset-all", "--add", "--replace-all", "-e", "--edit")):
        return False
    return not operands or operands[0] in ("get", "list") or len(operands) == 1


def shared_change(
    subcommand: str, words: list[str], cwd: str, scope: WriteScope
) -> list[Write] | None:
    """Return what changes for all worktrees; None if the command is none of these."""
    options, operands = split_options(words, ("-m", "--message"))
    program = f"git {subcommand}"
    if subcommand in AUTOSTASH_SETTINGS and is_autostash(options):
        return [Write(program, "", shared="stash")]
    if subcommand in ("stash", "worktree"):
        reads = STASH_READS if subcommand == "stash" else ("list",)
        is_reading = bool(operands) and operands[0] in reads and words[0] == operands[0]
        shared = "stash" if subcommand == "stash" else "worktrees"
        return [] if is_reading else [Write(program, "", shared=shared)]
    if subcommand in ("push", "fetch", "pull") and operands:
        return remote_writes(program, operands, cwd, scope)
    judge = SHARED_CHANGES.get(subcommand)
    shared = judge(words, scope) if judge is not None else ""
    return [Write(program, "", shared=shared)] if shared else None


def is_autostash(options: Options) -> bool:
    """Tell whether uncommitted work is stashed first; on a conflict it stays in the stash."""
    chosen = [
        name
        for name, _ in options
        if name.startswith(("--au", "--no-au")) and AUTOSTASH.startswith(name.replace("no-", "", 1))
    ]
    return bool(chosen) and not chosen[-1].startswith("--no-")


def changed_configuration(words: list[str], _scope: WriteScope) -> str:
    """Judge `git config`."""
    return "" if is_config_read(words) else "configuration"


def changed_remotes(words: list[str], _scope: WriteScope) -> str:
    """Judge `git remote`: adding one changes no existing remote."""
    operands = split_options(words, ())[1]
    return "configuration" if operands[:1] and operands[0] in REMOTE_CHANGES else ""


def updated_refs(words: list[str], scope: WriteScope) -> str:
    """Judge `git update-ref`."""
    options, operands = split_options(words, ("-m",))
    own = ("HEAD", f"refs/heads/{scope.branch}")
    is_foreign = bool(operands) and operands[0] not in own
    return "refs" if is_foreign or has_option(options, ("--stdin",)) else ""


def pointed_refs(words: list[str], scope: WriteScope) -> str:
    """Judge `git symbolic-ref`: the worktree's own HEAD may name a branch of its own."""
    operands = split_options(words, ("-m",))[1]
    target = operands[1].removeprefix("refs/heads/") if len(operands) > 1 else ""
    is_foreign = bool(target) and (operands[0] != "HEAD" or is_foreign_branch(target, scope))
    return "refs" if is_foreign else ""


def changed_branches(words: list[str], scope: WriteScope) -> str:
    """Judge `git branch`."""
    options, operands = split_options(words, ())
    if not has_option(options, BRANCH_CHANGES):
        return ""
    named = operands[:1] if has_option(options, ("-f", "--force")) else operands
    return foreign_branches(named, scope)


def reset_branches(words: list[str], scope: WriteScope) -> str:
    """Judge `git checkout` and `git switch`: a branch that is reset, or belongs to others."""
    options, operands = split_options(words, ("-B", "-C", "--force-create"))
    named = values_of(options, ("-B", "-C", "--force-create"))
    named += operands[:1] if has_option(options, ("--ignore-other-worktrees",)) else []
    return foreign_branches(named, scope)


def rebased_branches(words: list[str], scope: WriteScope) -> str:
    """Judge `git rebase UPSTREAM BRANCH`."""
    operands = split_options(words, ("--onto", "-s", "-X", "-x", "--exec"))[1]
    return foreign_branches(operands[1:2], scope)


def rewritten_branches(words: list[str], _scope: WriteScope) -> str:
    """Judge `git filter-branch`."""
    return "branches" if "--all" in words else ""


def rewritten_repository(_words: list[str], _scope: WriteScope) -> str:
    """Judge `git filter-repo`, which rewrites the whole repository."""
    return "branches"


def changed_tags(words: list[str], _scope: WriteScope) -> str:
    """Judge `git tag`: a new tag changes no existing one."""
    return "refs" if has_option(split_options(words, ("-m", "-F", "-u"))[0], TAG_CHANGES) else ""


def replaced_objects(words: list[str], _scope: WriteScope) -> str:
    """Judge `git replace`."""
    options, operands = split_options(words, ())
    return "refs" if operands and not has_option(options, ("-l", "--list")) else ""


def removed_objects(words: list[str], _scope: WriteScope) -> str:
    """Judge `git prune`."""
    return "objects" if not has_option(split_options(words, ())[0], ("-n", "--dry-run")) else ""


def collected_objects(words: list[str], _scope: WriteScope) -> str:
    """Judge `git gc`, which keeps new objects unless told otherwise."""
    return "objects" if has_option(split_options(words, ())[0], ("--prune",)) else ""


def removed_logs(words: list[str], _scope: WriteScope) -> str:
    """Judge `git reflog`."""
    operands = split_options(words, ("--expire",))[1]
    return "objects" if operands[:1] and operands[0] in ("expire", "delete", "drop") else ""


def removed_notes(words: list[str], _scope: WriteScope) -> str:
    """Judge `git notes`."""
    operands = split_options(words, ("--ref", "-m", "-F"))[1]
    return "refs" if operands[:1] and operands[0] in ("remove", "prune") else ""


def foreign_branches(names: list[str], scope: WriteScope) -> str:
    """Return that branches change if one of these is somebody else's."""
    return "branches" if any(is_foreign_branch(name, scope) for name in names) else ""


def is_foreign_branch(name: str, scope: WriteScope) -> bool:
    """Tell whether a branch is somebody else's, as far as its name shows that."""
    is_known = name in ("main", "master", "trunk", "develop") or name.startswith("orchestra/")
    return name != scope.branch and (is_known or UNKNOWN in name or name == scope.main_branch)


def remote_writes(
    program: str, operands: list[str], cwd: str, scope: WriteScope
) -> list[Write] | None:
    """Return what `push` or `fetch` changes in this repository's own branches."""
    remote, refspecs = operands[0], operands[1:]
    is_path = remote == "." or "/" in remote
    is_here = is_path and scope.owner(os.path.realpath(absolute(remote, cwd) or "/"))
    targets = [spec.lstrip("+").partition(":")[2] for spec in refspecs if ":" in spec]
    if program == "git push" and not is_here:
        return None
    branches = [target for target in targets if not target.startswith("refs/")]
    branches += [target for target in targets if target.startswith("refs/heads/")]
    names = [target.removeprefix("refs/heads/") for target in branches if target]
    foreign = [name for name in names if name == "*" or is_foreign_branch(name, scope)]
    is_push = program == "git push" and not targets
    return [Write(program, "", shared="branches")] if foreign or is_push else None


# From a subcommand's words: what changes for all, "" for nothing.
SHARED_CHANGES = {
    "config": changed_configuration,
    "remote": changed_remotes,
    "update-ref": updated_refs,
    "symbolic-ref": pointed_refs,
    "branch": changed_branches,
    "checkout": reset_branches,
    "switch": reset_branches,
    "rebase": rebased_branches,
    "filter-branch": rewritten_branches,
    "filter-repo": rewritten_repository,
    "tag": changed_tags,
    "replace": replaced_objects,
    "prune": removed_objects,
    "gc": collected_objects,
    "reflog": removed_logs,
    "notes": removed_notes,
}
