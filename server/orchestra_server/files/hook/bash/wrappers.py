"""Programs that run another one: what they run, and where."""

from orchestra_server.files.hook.bash.program_options import split_options, values_of
from orchestra_server.files.hook.bash.simulated_shell import DEEPEST, SimpleCommand
from orchestra_server.files.hook.bash.write_scope import UNKNOWN, absolute

# The wrappers, with their options that take a value.
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
    **dict.fromkeys(("chronic", "unbuffer", "unshare", "coproc", "caffeinate", "xvfb-run"), ()),
    **dict.fromkeys(("strace", "ltrace"), ("-o", "-e", "-p", "-s", "-E", "-u")),
    "nsenter": ("-t", "-S", "-G", "--target"),
    "taskset": (),
    "chrt": (),
    "npx": ("-p", "--package", "-w"),
    **dict.fromkeys(("bunx", "uvx"), ("--from", "--with", "-p")),
}
# Wrappers of two words, such as `uv run`.
TWO_WORD_WRAPPERS: dict[str, tuple[str, ...]] = {
    "uv": ("run", "pip"),
    "poetry": ("run",),
    "pipenv": ("run",),
    "npm": ("exec",),
    "pnpm": ("exec", "dlx"),
    "yarn": ("exec", "dlx"),
    "bundle": ("exec",),
}
# These also take a command line after `-c`.
LINE_RUNNERS = ("su", "runuser", "script", "flock")
# How many operands come before the wrapped program.
FIRST_OPERANDS = {"timeout": 1, "flock": 1, "taskset": 1, "chrt": 1}


def line_arguments(command: SimpleCommand, inner: SimpleCommand) -> list[str]:
    """Return command lines given as one argument: of `su -c`, `script -qc`, `watch`."""
    program, words = command.program, command.words[1:]
    if program == "watch" and len(inner.words) == 1 and " " in inner.words[0]:
        return inner.words
    return values_of(split_options(words, ("-c", "--command"))[0], ("-c", "--command")) * (
        program in LINE_RUNNERS
    )


def unwrapped(command: SimpleCommand) -> SimpleCommand:
    """Return the command that wrappers such as `env` and `xargs` run, else the command itself."""
    inner = SimpleCommand(command.cwd, dict(command.variables))
    inner.words, inner.stdin, inner.listed = command.words, command.stdin, command.listed
    for _ in range(DEEPEST):
        program = inner.program
        if inner.words[1:2] and inner.words[1] in TWO_WORD_WRAPPERS.get(program, ()):
            is_tool = inner.words[1] == "pip"
            following = split_options(inner.words[2:], (), stops=True)[1]
            inner.words = inner.words[1:] if is_tool else following
            continue
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
            unknown_path = f"{inner.cwd}/{UNKNOWN}" if inner.cwd else UNKNOWN
            listed = inner.listed or [unknown_path]
            has_mark = any(mark in word for word in words)
            words = [
                word.replace(mark, path if word == mark or inner.listed else UNKNOWN)
                for word in words + ([] if has_mark else [mark])
                for path in (listed if mark in word else [""])
            ]
        inner.words = words
    return inner
