"""What a command line given to a shell would write, as far as its words show it."""

from orchestra_server.files.hook.bash.git_writes import git_writes, shell_alias
from orchestra_server.files.hook.bash.program_options import split_options, values_of
from orchestra_server.files.hook.bash.program_writes import program_writes
from orchestra_server.files.hook.bash.scene import UNKNOWN, Scene, Write, absolute, is_forbidden
from orchestra_server.files.hook.bash.script_writes import (
    changed_literals,
    commands_of,
    literals_of,
    path_of,
)
from orchestra_server.files.hook.bash.shell_run import DEEPEST, ShellRun, SimpleCommand

# Programs that run another one, with their options that take a value.
WRAPPERS: dict[str, tuple[str, ...]] = {
    "env": ("-u", "-C", "-S", "--unset", "--chdir", "--split-string"),
    "sudo": ("-u", "-g", "-C", "-D", "-h", "-p", "-U", "--user", "--group", "--chdir"),
    "doas": ("-u",),
    "nice": ("-n", "--adjustment"),
    "ionice": ("-c", "-n"),
    "timeout": ("-k", "-s", "--kill-after", "--signal"),
    "stdbuf": ("-i", "-o", "-e"),
    "xargs": ("-n", "-L", "-P", "-I", "-i", "-d", "-a", "-s", "-E", "--max-args", "--max-procs"),
    "parallel": ("-j", "--jobs"),
    "watch": ("-n",),
    "exec": ("-a",),
    "flock": ("-w", "-E", "--timeout"),
    "command": (),
    "builtin": (),
    "nohup": (),
    "setsid": (),
    "time": ("-f", "-o"),
    "busybox": (),
}
FIRST_OPERANDS = {"timeout": 1, "flock": 1}  # how many stand before the wrapped program
SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "ash")
BUILTINS = ("eval", "trap", "alias", "source", ".")
# With the options that are followed by a script.
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
}
AWKS = ("awk", "gawk", "mawk", "nawk")
FIND_RUNS = ("-exec", "-execdir", "-ok", "-okdir")
FIND_WRITES = ("-fprint", "-fprint0", "-fprintf", "-fls")
LONGEST = 100_000  # characters; a longer command line is not looked into


def bash_writes(source: str, cwd: str, scene: Scene, depth: int = 0) -> list[Write]:
    """Return all that a command line would write."""
    if len(source) > LONGEST or depth > DEEPEST:
        return []
    shell = ShellRun(scene, cwd, depth)
    shell.run(source.replace(UNKNOWN, ""))
    return [write for command in shell.commands for write in command_writes(command, scene, depth)]


def command_writes(command: SimpleCommand, scene: Scene, depth: int) -> list[Write]:
    """Return what one simple command writes, and what the commands that it runs do."""
    writes = [Write("a redirection", target) for target in command.targets]
    inner = unwrapped(command)
    program = inner.program
    if program in SHELLS or program in BUILTINS:
        scripts = shell_scripts(inner) if program in SHELLS else builtin_scripts(inner)
        nested = [bash_writes(script, inner.cwd, scene, depth + 1) for script in scripts]
        return writes + [write for each in nested for write in each]
    if program == "find":
        return writes + find_writes(inner, scene, depth)
    if program == "git":
        alias = shell_alias(inner, scene)
        in_alias = bash_writes(alias, inner.cwd, scene, depth + 1) if alias else []
        return writes + in_alias + git_writes(inner, scene)
    if program in AWKS:
        return writes + awk_writes(inner)
    language = program.rstrip("0123456789.")
    if language in INTERPRETERS:
        writes += interpreter_writes(language, inner, scene, depth)
    return writes + program_writes(inner)


def unwrapped(command: SimpleCommand) -> SimpleCommand:
    """Return the command that wrappers such as `env` and `xargs` run, or the command itself."""
    inner = SimpleCommand(command.cwd, dict(command.variables))
    inner.words, inner.stdin, inner.listed = command.words, command.stdin, command.listed
    for _ in range(DEEPEST):
        program = inner.program
        if program not in WRAPPERS:
            break
        options, words = split_options(inner.words[1:], WRAPPERS[program], stops=True)
        words = words[FIRST_OPERANDS.get(program, 0) :]
        for folder in values_of(options, ("-C", "-D", "--chdir")):
            inner.cwd = absolute(folder, inner.cwd) if program in ("env", "sudo") else inner.cwd
        while program in ("env", "sudo") and words and "=" in words[0]:
            name, _, value = words[0].partition("=")
            inner.variables[name], words = [value], words[1:]
        if program in ("xargs", "parallel"):
            mark = "".join(values_of(options, ("-I", "-i"))) or "{}"
            listed = inner.listed or [UNKNOWN]
            has_mark = any(mark in word for word in words)
            words = [
                word.replace(mark, path)
                for word in words + ([] if has_mark else [mark])
                for path in (listed if mark in word else [""])
            ]
        inner.words = words
    return inner


def shell_scripts(command: SimpleCommand) -> list[str]:
    """Return the command lines that a shell is given: behind `-c`, else on its stdin."""
    words = command.words[1:]
    for at, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return words[at + 1 : at + 2]
        if not word.startswith(("-", "+")):
            return []
    return [command.stdin]


def builtin_scripts(command: SimpleCommand) -> list[str]:
    """Return the command lines that a shell itself is given, to run now or later."""
    program, words = command.program, command.words[1:]
    if program == "eval":
        return [" ".join(words)]
    if program == "trap":
        return words[:1]
    if program == "alias":
        return [word.partition("=")[2] for word in words]
    return [command.stdin] if words[:1] == ["/dev/stdin"] else []


def find_writes(command: SimpleCommand, scene: Scene, depth: int) -> list[Write]:
    """Return what `find` removes or prints into files, and what the commands it runs do."""
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
            removed = [f"{root}/{UNKNOWN}" for root in roots if root]
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


def interpreter_writes(
    language: str, command: SimpleCommand, scene: Scene, depth: int
) -> list[Write]:
    """Return what a script written out on the command line, or on stdin, writes."""
    words, options = command.words[1:], INTERPRETERS[language]
    scripts = list[str]()
    for at, word in enumerate(words):
        is_cluster = word[:1] == "-" and word[:2] != "--" and f"-{word[-1:]}" in options
        if word in options or is_cluster:
            scripts += words[at + 1 : at + 2]
    operands = [word for word in words if not word.startswith("-")]
    if not scripts and (not operands or "-" in words):
        scripts = [command.stdin]
    writes, program = list[Write](), command.program
    is_at_home = scene.owner(command.cwd) == "own"
    for script in scripts:
        literals = literals_of(script)
        outside = [
            literal
            for literal in literals
            if ("/" in literal.value or not is_at_home)
            and is_forbidden(Write(program, absolute(path_of(literal), command.cwd)), scene)
        ]
        paths = changed_literals(script, outside)
        writes += [Write(program, absolute(path, command.cwd)) for path in paths]
        for source in commands_of(script, literals):
            writes += bash_writes(source, command.cwd, scene, depth + 1)
    return writes


def awk_writes(command: SimpleCommand) -> list[Write]:
    """Return the files that a program for awk prints into."""
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
