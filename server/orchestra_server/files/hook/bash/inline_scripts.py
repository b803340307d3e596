"""What a script on a command line writes: for an interpreter, awk or sed."""

from orchestra_server.files.hook.bash.program_options import split_options, values_of
from orchestra_server.files.hook.bash.program_writes import program_writes
from orchestra_server.files.hook.bash.script_literals import (
    changed_folder,
    changed_literals,
    commands_of,
    literals_of,
    path_of,
)
from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand
from orchestra_server.files.hook.bash.write_scope import Write, WriteScope, absolute, is_forbidden

# Interpreters, with the options that are followed by a script.
INTERPRETERS: dict[str, tuple[str, ...]] = {
    "python": ("-c",),
    "pypy": ("-c",),
    "node": ("-e", "-p", "--eval", "--print"),
    "nodejs": ("-e", "-p", "--eval", "--print"),
    "bun": ("-e", "--eval"),
    "deno": ("eval",),
    "ruby": ("-e",),
    "perl": ("-e", "-E"),
    "php": ("-r",),
    "lua": ("-e",),
    "Rscript": ("-e",),
}
AWKS = ("awk", "gawk", "mawk", "nawk")


def is_interpreter(program: str) -> bool:
    """Tell whether a program runs scripts of another language, such as `python3.12`."""
    return language_of(program) in INTERPRETERS


def language_of(program: str) -> str:
    """Return the name of an interpreter without its version."""
    return program.rstrip("0123456789.")


def inline_scripts(command: SimpleCommand) -> list[str]:
    """Return the scripts that an interpreter gets on the command line or on stdin."""
    words, options = command.words[1:], INTERPRETERS[language_of(command.program)]
    scripts = list[str]()
    for at, word in enumerate(words):
        is_cluster = word[:1] == "-" and word[:2] != "--" and f"-{word[-1:]}" in options
        if word in options or is_cluster:
            scripts += words[at + 1 : at + 2]
    operands = [word for word in words if not word.startswith("-")]
    if not scripts and (not operands or "-" in words):
        scripts = [command.stdin]
    return scripts


def script_writes(
    script: str, command: SimpleCommand, scope: WriteScope
) -> tuple[list[Write], list[str], str]:
    """Return what a script writes, the command lines it runs, and in which folder."""
    literals = literals_of(script)
    cwd = absolute(changed_folder(script, literals), command.cwd) or command.cwd
    is_at_home = scope.owner(cwd) == "own"
    outside = [
        literal
        for literal in literals
        if ("/" in literal.value or not is_at_home)
        and is_forbidden(Write(command.program, absolute(path_of(literal), cwd)), scope)
    ]
    paths = changed_literals(script, outside)
    writes = [Write(command.program, absolute(path, cwd)) for path in paths]
    return writes, commands_of(script, literals), cwd


def module_writes(command: SimpleCommand) -> list[Write]:
    """Return what a Python module that is run as a program writes: `python -m venv DIR`."""
    words = command.words
    is_module = language_of(command.program) == "python" and "-m" in words
    at = words.index("-m") + 1 if is_module else len(words)
    module = SimpleCommand(command.cwd, command.variables)
    module.words = words[at:]
    return program_writes(module) if module.words else []


def awk_writes(command: SimpleCommand) -> list[Write]:
    """Return the files that an awk program prints into."""
    options, operands = split_options(command.words[1:], ("-F", "-v", "-f", "-i"))
    script = operands[0] if operands else ""
    parts = script.split(">")
    files = [
        part.lstrip("> ").partition('"')[2] for part in parts[1:] if part.lstrip("> ")[:1] == '"'
    ]
    names = [name.partition('"')[0] for name in files]
    if "inplace" in values_of(options, ("-i",)):
        names += operands[1:]
    return [Write("awk", absolute(name, command.cwd)) for name in names]


def awk_commands(command: SimpleCommand) -> list[str]:
    """Return the command lines that an awk program runs: `system("…")`, `print | "…"`."""
    operands = split_options(command.words[1:], ("-F", "-v", "-f", "-i"))[1]
    script = operands[0] if operands else ""
    return [
        literal.value
        for literal in literals_of(script)
        if script[: literal.start].rstrip().endswith(("system(", "|"))
    ]


def sed_files(command: SimpleCommand) -> list[str]:
    """Return the files that a sed script writes with the command `w`."""
    scripts = [word for word in command.words[1:] if "w " in word]
    parts = [part for script in scripts for part in script.split("w ")[1:]]
    files = [part.split("\n")[0].split(";")[0].strip() for part in parts]
    return [file for file in files if "/" in file]
