"""What a git command would change besides the worker's own: another worktree, or shared state."""

import os

from orchestra_server.files.hook.bash.git_shared_state import (
    AUTOSTASH,
    AUTOSTASH_SETTINGS,
    is_config_read,
    shared_change,
)
from orchestra_server.files.hook.bash.program_options import (
    Options,
    has_option,
    split_options,
    values_of,
)
from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand
from orchestra_server.files.hook.bash.write_scope import Write, WriteScope, absolute

GLOBAL_VALUES = (
    *("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env"),
)
# These change nothing in a repository, whatever follows, except a file for the output.
READS_WORDS = (
    "annotate blame cat-file check-attr check-ignore check-ref-format cherry column count-objects "
    "describe diff diff-files diff-index diff-tree for-each-ref fsck grep help log ls-files "
    "ls-remote ls-tree merge-base merge-tree name-rev range-diff rev-list rev-parse shortlog show "
    "show-branch show-ref status var verify-commit verify-tag version whatchanged archive "
    "format-patch bundle fast-export hash-object request-pull diff-pairs backfill"
)
READS = frozenset(READS_WORDS.split())
CHANGES_WORDS = (
    "add am apply bisect branch checkout checkout-index cherry-pick clean clone commit "
    "commit-graph commit-tree config credential fast-import fetch filter-branch gc gui init lfs "
    "maintenance merge mergetool mktag mktree multi-pack-index mv notes pack-objects pack-refs "
    "prune pull push read-tree rebase reflog remote repack replace rerere reset restore revert rm "
    "send-pack sparse-checkout stage stash submodule subtree svn switch symbolic-ref tag "
    "unpack-objects update-index update-ref update-server-info worktree write-tree citool difftool "
    "interpret-trailers hook filter-repo merge-file"
)
CHANGES = frozenset(CHANGES_WORDS.split())
OUTPUT = ("--output", "--output-directory")
WITH_OUTPUT_LETTER = ("archive", "format-patch")  # for other subcommands `-o` means something else
LISTING_OPTIONS = (
    *("-l", "--list", "-a", "-r", "-v", "-vv", "--show-current", "--contains", "--merged"),
)


def git_writes(command: SimpleCommand, scope: WriteScope) -> list[Write]:
    """Return what a git command would change; an alias is expanded once: it may name itself."""
    options, words = split_options(command.words[1:], GLOBAL_VALUES, stops=True)
    cwd = command.cwd
    for folder in values_of(options, ("-C",)):
        cwd = absolute(folder, cwd)
    aliases = aliases_of(options, scope)
    for _ in range(len(aliases)):
        if not words or words[0] in READS or words[0] in CHANGES or words[0] not in aliases:
            break
        value = aliases.pop(words[0])
        words = [*value.split(), *words[1:]]
    if not words:
        return []
    words = [words[0], *autostash_set(options, words[0]), *words[1:]]
    if words[0] not in READS and words[0] not in CHANGES:
        scope.has_unknown_subcommand = True
    places = repository_places(options, command, cwd)
    index = [absolute(file, cwd) for file in command.variables.get("GIT_INDEX_FILE", [])]
    writes = subcommand_writes(words[0], words[1:], cwd, places, scope)
    return writes + [Write(f"git {words[0]}", file) for file in index]


def autostash_set(options: Options, subcommand: str) -> list[str]:
    """Return the option that `-c rebase.autoStash=true` stands for."""
    settings = [setting.partition("=") for setting in values_of(options, ("-c",))]
    names = AUTOSTASH_SETTINGS.get(subcommand, ())
    said = [value.lower() for name, _, value in settings if name.lower() in names]
    return [AUTOSTASH] if said and said[-1] not in ("false", "no", "off", "0") else []


def aliases_of(options: Options, scope: WriteScope) -> dict[str, str]:
    """Return git's aliases by name, including those that the command itself sets."""
    aliases = dict(scope.aliases)
    for setting in values_of(options, ("-c",)):
        name, _, value = setting.partition("=")
        aliases |= {name.removeprefix("alias."): value} if name.startswith("alias.") else {}
    return aliases


def shell_alias(command: SimpleCommand, scope: WriteScope) -> str:
    """Return the shell command line that a git alias stands for, "" for none."""
    options, words = split_options(command.words[1:], GLOBAL_VALUES, stops=True)
    aliases = aliases_of(options, scope)
    for _ in range(len(aliases)):
        value = aliases.pop(words[0], "") if words else ""
        if value.startswith("!"):
            return " ".join((value[1:], *words[1:]))
        words = [*value.split(), *words[1:]] if value else []
    return ""


def repository_places(options: Options, command: SimpleCommand, cwd: str) -> list[str]:
    """Return the paths that show which worktree and repository a git command works on."""
    places = [*values_of(options, ("--git-dir", "--work-tree"))]
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"):
        places += command.variables.get(name, [])
    named = [absolute(place, cwd) for place in places]
    return named or [cwd]


def subcommand_writes(
    subcommand: str, words: list[str], cwd: str, places: list[str], scope: WriteScope
) -> list[Write]:
    """Return what a subcommand changes in the repository at `places`, and the files it writes."""
    program = f"git {subcommand}"
    outputs = ("-o", *OUTPUT) if subcommand in WITH_OUTPUT_LETTER else OUTPUT
    options, operands = split_options(words, outputs)
    files = [Write(program, absolute(file, cwd)) for file in values_of(options, outputs)]
    if subcommand == "bundle" and operands[:1] == ["create"]:
        files += [Write(program, absolute(file, cwd)) for file in operands[1:2]]
    if subcommand == "merge-file" and not has_option(options, ("-p", "--stdout")):
        files += [Write(program, absolute(file, cwd)) for file in operands[:1]]
    if subcommand in ("apply", "am"):
        folders = values_of(split_options(words, ("--directory",))[0], ("--directory",))
        top = scope.root if scope.owner(os.path.realpath(cwd)) == "own" else cwd
        files += [Write(program, absolute(folder, top)) for folder in folders]
    if subcommand in ("clone", "init"):
        targets = operands[1:2] if subcommand == "clone" else operands[:1]
        return [Write(program, absolute(target, cwd)) for target in targets]
    owners = {scope.owner(os.path.realpath(place)) for place in places if place}
    if not owners - {""}:
        return files
    shared = shared_change(subcommand, words, cwd, scope)
    if shared is not None:
        return [*files, *shared]
    is_elsewhere = bool(owners - {"", "own"})
    if is_elsewhere and not is_read(subcommand, words):
        return [*files, *(Write(program, place) for place in places)]
    return files


def is_read(subcommand: str, words: list[str]) -> bool:
    """Tell whether a subcommand changes nothing in the repository it works on."""
    options, operands = split_options(words, ())
    if subcommand in READS:
        return True
    if subcommand in ("branch", "tag"):
        return not operands or has_option(options, LISTING_OPTIONS)
    if subcommand == "config":
        return is_config_read(words)
    if subcommand in ("remote", "reflog", "notes", "submodule", "bisect", "sparse-checkout"):
        reads = ("show", "get-url", "status", "log", "list", "exists", "view", "summary")
        return not operands or operands[0] in reads
    if subcommand in ("fetch", "gc", "maintenance", "commit-graph", "rerere", "difftool"):
        return subcommand == "difftool"
    return subcommand == "symbolic-ref" and len(operands) == 1
