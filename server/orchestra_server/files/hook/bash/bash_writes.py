"""What a shell command line would write, as far as its words show that."""

from orchestra_server.files.hook.bash.git_writes import git_writes, shell_alias
from orchestra_server.files.hook.bash.inline_scripts import (
    AWKS,
    awk_commands,
    awk_writes,
    inline_scripts,
    is_interpreter,
    module_writes,
    script_writes,
    sed_files,
)
from orchestra_server.files.hook.bash.program_writes import OUTPUT_OPTIONS, program_writes
from orchestra_server.files.hook.bash.simulated_shell import DEEPEST, SimpleCommand, SimulatedShell
from orchestra_server.files.hook.bash.wrappers import WRAPPERS, line_arguments, unwrapped
from orchestra_server.files.hook.bash.write_scope import UNKNOWN, Write, WriteScope, absolute

SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "ash")
BUILTINS = ("eval", "trap", "alias", "source", ".")
FIND_RUNS = ("-exec", "-execdir", "-ok", "-okdir")
FIND_CHOICES = ("-name", "-iname", "-path", "-wholename", "-regex", "-empty", "-mindepth")
FIND_WRITES = ("-fprint", "-fprint0", "-fprintf", "-fls")
PROJECT_DIR = "CLAUDE_PROJECT_DIR"
LONGEST = 100_000  # characters; a longer command line is not examined


def bash_writes(
    source: str,
    cwd: str,
    scope: WriteScope,
    depth: int = 0,
    variables: dict[str, list[str]] | None = None,
) -> list[Write]:
    """Return everything a command line would write; `variables` are the surrounding shell's."""
    if len(source) > LONGEST or depth > DEEPEST:
        return []
    # The checkout, or the chamber the session was started in.
    names_project = not depth and PROJECT_DIR in source
    writes = list[Write]()
    for folder in (scope.root, scope.main) if names_project else (scope.project_dir,):
        scope.project_dir = folder
        shell = SimulatedShell(scope, cwd, depth)
        shell.variables |= variables or {}
        shell.run(source.replace(UNKNOWN, ""))
        for command in shell.commands:
            writes += command_writes(command, scope, depth)
    return writes


def command_writes(command: SimpleCommand, scope: WriteScope, depth: int) -> list[Write]:
    """Return what a simple command writes, including the commands that it runs."""
    writes = [Write("a redirection", target) for target in command.targets]
    inner = unwrapped(command)
    program = inner.program
    if command.program in WRAPPERS and command.program in OUTPUT_OPTIONS:
        writes += program_writes(command)
    if program in SHELLS or program in BUILTINS:
        scripts = shell_scripts(inner) if program in SHELLS else builtin_scripts(inner)
        return writes + scripts_writes(scripts, inner, scope, depth)
    writes += scripts_writes(line_arguments(command, inner), inner, scope, depth)
    if program == "find":
        return writes + find_writes(inner, scope, depth)
    if program == "git":
        alias = shell_alias(inner, scope)
        in_alias = bash_writes(alias, inner.cwd, scope, depth + 1) if alias else []
        return writes + in_alias + git_writes(inner, scope)
    if program in AWKS:
        commands = awk_commands(inner)
        return writes + awk_writes(inner) + scripts_writes(commands, inner, scope, depth)
    if program == "sed":
        writes += [Write("sed", absolute(file, inner.cwd)) for file in sed_files(inner)]
    if is_interpreter(program):
        for script in inline_scripts(inner):
            changed, sources, inner.cwd = script_writes(script, inner, scope)
            writes += changed + scripts_writes(sources, inner, scope, depth)
        writes += module_writes(inner)
    return writes + program_writes(inner)


def scripts_writes(
    scripts: list[str], command: SimpleCommand, scope: WriteScope, depth: int
) -> list[Write]:
    """Return what the command lines run by a command write, with its variables."""
    nested = [
        bash_writes(script, command.cwd, scope, depth + 1, command.variables) for script in scripts
    ]
    return [write for each in nested for write in each]


def shell_scripts(command: SimpleCommand) -> list[str]:
    """Return the command lines that a shell gets: after `-c`, else on stdin."""
    words = command.words[1:]
    for at, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return words[at + 1 : at + 2]
        if not word.startswith(("-", "+")):
            return []
    return [command.stdin]


def builtin_scripts(command: SimpleCommand) -> list[str]:
    """Return the command lines that the shell itself gets, to run now or later."""
    program, words = command.program, command.words[1:]
    if program == "eval":
        return [" ".join(words)]
    if program == "trap":
        return words[:1]
    if program == "alias":
        return [word.partition("=")[2] for word in words]
    return [command.stdin] if words[:1] == ["/dev/stdin"] else []


def find_writes(command: SimpleCommand, scope: WriteScope, depth: int) -> list[Write]:
    """Return what `find` removes or prints into files, including the commands that it runs."""
    words, writes = command.words[1:], list[Write]()
    starts = list[str]()
    for word in words:
        if word.startswith(("-", "(", "!")) and word not in ("-L", "-P", "-H"):
            break
        starts.append(word)
    roots = [absolute(word, command.cwd) for word in starts if not word.startswith("-")]
    roots = roots or [command.cwd]
    for at, word in enumerate(words):
        if word == "-delete":
            is_choosing = any(name in words for name in FIND_CHOICES)
            removed = [f"{root}/{UNKNOWN}" if is_choosing else root for root in roots if root]
            writes += [Write("find -delete", path, removes=True) for path in removed]
        elif word in FIND_WRITES:
            writes += [
                Write("find", absolute(file, command.cwd)) for file in words[at + 1 : at + 2]
            ]
        elif word in FIND_RUNS:
            run = words[at + 1 :]
            ends = [place for place, word in enumerate(run) if word in (";", "+")]
            run = run[: ends[0]] if ends else run
            for root in roots:
                inner = SimpleCommand(command.cwd, command.variables)
                unknown_path = f"{root}/{UNKNOWN}" if root else UNKNOWN
                inner.words = [word.replace("{}", unknown_path) for word in run]
                writes += command_writes(inner, scope, depth + 1) if depth < DEEPEST else []
    return writes
