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
from orchestra_server.files.hook.bash.scene import UNKNOWN, Scene, Write, absolute
from orchestra_server.files.hook.bash.shell_run import DEEPEST, ShellRun, SimpleCommand
from orchestra_server.files.hook.bash.wrappers import WRAPPERS, line_arguments, unwrapped

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
    scene: Scene,
    depth: int = 0,
    variables: dict[str, list[str]] | None = None,
) -> list[Write]:
    """Return everything a command line would write; `variables` are the surrounding shell's."""
    if len(source) > LONGEST or depth > DEEPEST:
        return []
    # The checkout, or the chamber the session was started in.
    names_project = not depth and PROJECT_DIR in source
    writes = list[Write]()
    for folder in (scene.root, scene.main) if names_project else (scene.project_dir,):
        scene.project_dir = folder
        shell = ShellRun(scene, cwd, depth)
        shell.variables |= variables or {}
        shell.run(source.replace(UNKNOWN, ""))
        for command in shell.commands:
            writes += command_writes(command, scene, depth)
    return writes


def command_writes(command: SimpleCommand, scene: Scene, depth: int) -> list[Write]:
    """Return what a simple command writes, including the commands that it runs."""
    writes = [Write("a redirection", target) for target in command.targets]
    inner = unwrapped(command)
    program = inner.program
    if command.program in WRAPPERS and command.program in OUTPUT_OPTIONS:
        writes += program_writes(command)
    if program in SHELLS or program in BUILTINS:
        scripts = shell_scripts(inner) if program in SHELLS else builtin_scripts(inner)
        return writes + scripts_writes(scripts, inner, scene, depth)
    writes += scripts_writes(line_arguments(command, inner), inner, scene, depth)
    if program == "find":
        return writes + find_writes(inner, scene, depth)
    if program == "git":
        alias = shell_alias(inner, scene)
        in_alias = bash_writes(alias, inner.cwd, scene, depth + 1) if alias else []
        return writes + in_alias + git_writes(inner, scene)
    if program in AWKS:
        commands = awk_commands(inner)
        return writes + awk_writes(inner) + scripts_writes(commands, inner, scene, depth)
    if program == "sed":
        writes += [Write("sed", absolute(file, inner.cwd)) for file in sed_files(inner)]
    if is_interpreter(program):
        for script in inline_scripts(inner):
            changed, sources, inner.cwd = script_writes(script, inner, scene)
            writes += changed + scripts_writes(sources, inner, scene, depth)
        writes += module_writes(inner)
    return writes + program_writes(inner)


def scripts_writes(
    scripts: list[str], command: SimpleCommand, scene: Scene, depth: int
) -> list[Write]:
    """Return what the command lines run by a command write, with its variables."""
    nested = [
        bash_writes(script, command.cwd, scene, depth + 1, command.variables) for script in scripts
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


def find_writes(command: SimpleCommand, scene: Scene, depth: int) -> list[Write]:
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
                writes += command_writes(inner, scene, depth + 1) if depth < DEEPEST else []
    return writes
