"""Follows a shell through a command line: which commands it runs, where, and with which words.

It runs nothing. It follows `cd`, variables and substitutions as far as the words show them, and
takes every branch. Commands within `$(…)`, `sh -c`, `eval`, `xargs` and the like are followed too.
"""

import os

from orchestra_server.files.hook.bash.command_output import command_output
from orchestra_server.files.hook.bash.shell_words import (
    COMMAND,
    NAME_CHARS,
    TEXT,
    VARIABLE,
    Part,
    Splitter,
    Token,
)
from orchestra_server.files.hook.bash.write_scope import UNKNOWN, WriteScope, absolute

KEYWORDS = (
    *("!", "if", "then", "elif", "else", "fi", "while", "until", "do", "done"),
    *("{", "}", "esac"),
)
SEPARATORS = (";", "\n", "&", "&&", "||", "|", "|&", ";;", "(", ")")
WRITING_REDIRECTIONS = (">", ">>", ">|", "&>", "&>>", "<>", ">&")
DECLARING = ("export", "declare", "local", "readonly", "typeset")
LISTING = ("find", "ls", "fd", "rg", "grep", "echo", "printf", "cat")
MOST_ALTERNATIVES, DEEPEST = 16, 8


class SimpleCommand:
    """One command as the shell would run it; `UNKNOWN` stands for what the words do not show."""

    def __init__(self, cwd: str, variables: dict[str, list[str]]) -> None:
        self.cwd, self.variables = cwd, variables
        self.words, self.targets = list[str](), list[str]()  # targets of redirections, absolute
        self.stdin = ""  # a here-document, or the output of earlier commands in the pipe
        self.listed = list[str]()  # the paths that earlier commands in the pipe list

    @property
    def program(self) -> str:
        """The name of the program, without its folder."""
        return os.path.basename(self.words[0]) if self.words else ""


class SimulatedShell:
    """One shell: its directory and variables, and the commands it has reached."""

    def __init__(self, scope: WriteScope, cwd: str, depth: int = 0) -> None:
        self.scope, self.cwd, self.depth = scope, cwd, depth
        self.variables: dict[str, list[str]] = {
            "HOME": [scope.home],
            "CLAUDE_PROJECT_DIR": [scope.project_dir],
            "TMPDIR": ["/tmp"],  # noqa: S108 - the usual one
        }
        self.previous_cwd = UNKNOWN
        self.commands = list[SimpleCommand]()
        self.output = ""  # what is known of the last command's output

    def run(self, source: str) -> None:
        """Follow a command line to its end."""
        if self.depth > DEEPEST:
            return
        outer = list[tuple[str, dict[str, list[str]]]]()
        collected = list[Token]()
        operator = ""
        for token in [*Splitter(source).tokens(), Token("\n", [])]:
            if token.operator not in SEPARATORS:
                collected.append(token)
                continue
            self.run_simple(collected, operator)
            if not (token.operator == "\n" and not collected and operator in ("|", "|&", "||")):
                operator = token.operator
            collected = []
            if token.operator == "(":
                outer.append((self.cwd, dict(self.variables)))
            elif token.operator == ")" and outer:
                self.cwd, self.variables = outer.pop()

    def run_simple(self, tokens: list[Token], operator: str) -> None:
        """Follow one simple command, which comes after `operator`."""
        command = SimpleCommand(self.cwd, dict(self.variables))
        is_piped = operator in ("|", "|&") and bool(self.commands)
        if is_piped:
            command.stdin = self.output
            command.listed = listed_paths(self.commands[-1])
        redirection = ""
        for token in tokens:
            if token.operator:
                redirection = token.operator
                if token.body:
                    command.stdin = "".join(self.expand(token.body)[:1])
            elif redirection:
                self.redirect(command, redirection, token.parts)
                redirection = ""
            else:
                self.add_word(command, token.parts)
        if command.words[:1] == ["[["]:
            command.targets = []
        if not command.words:
            self.variables |= command.variables
        if command.words or command.targets:
            self.commands.append(command)
            self.take_effect(command, is_alternative=operator == "||", is_piped=is_piped)

    def redirect(self, command: SimpleCommand, operator: str, parts: list[Part]) -> None:
        """Note what a redirection writes, or what it feeds to the command's stdin."""
        values = self.expand(parts)
        if operator == "<" and parts[:1] and parts[0][0] == COMMAND and self.commands:
            command.listed = listed_paths(self.commands[-1])
        if operator == "<<<":
            command.stdin = "".join(values[:1])
        if operator not in WRITING_REDIRECTIONS:
            return
        for value in values:
            if operator == ">&" and (value.isdecimal() or value == "-"):
                continue
            command.targets.append(absolute(value, self.cwd))

    def add_word(self, command: SimpleCommand, parts: list[Part]) -> None:
        """Add a word to a command, or note the variable it sets."""
        first = parts[0][1] if parts and parts[0][0] == TEXT and not parts[0][2] else ""
        name, equals, rest = first.partition("=")
        is_name = bool(name) and not name.strip(NAME_CHARS) and not name[0].isdecimal()
        is_declared = bool(command.words) and command.words[0] in DECLARING
        if equals and is_name and (not command.words or is_declared):
            outer, self.variables = self.variables, command.variables
            value = self.expand([(TEXT, rest, False), *parts[1:]], as_value=True)
            self.variables = outer
            command.variables[name] = value
            if is_declared:
                self.variables[name] = value
            return
        values = self.expand(parts)
        if not command.words and values[:1] and values[0] in KEYWORDS and first == values[0]:
            return
        if command.words[:1] == ["function"] and values == ["{"]:  # `function NAME { …`
            command.words = []
            return
        command.words += values

    def take_effect(self, command: SimpleCommand, *, is_alternative: bool, is_piped: bool) -> None:
        """Change the directory and variables as a command does, and note what it prints."""
        words = command.words
        if not words:
            return
        if command.program in ("cd", "pushd") and not is_alternative:
            operands = [word for word in words[1:] if word not in ("-P", "-L", "-e", "--")]
            target = operands[0] if operands else self.scope.home
            self.previous_cwd, self.cwd = (
                self.cwd,
                self.previous_cwd if target == "-" else absolute(target, self.cwd),
            )
        elif words[0] == "for" and words[2:3] == ["in"]:
            self.variables[words[1]] = words[3:][:MOST_ALTERNATIVES]
        elif words[0] == "read" and words[1:]:
            self.variables[words[-1]] = command.listed or [UNKNOWN]
        if command.program in ("cd", "pushd") or not is_piped or command.program != "xargs":
            self.output = command_output(words, command.cwd, self.scope, command.stdin)

    def expand(self, parts: list[Part], *, as_value: bool = False) -> list[str]:
        """Return the words that a word may expand to, at most a few."""
        words = [""]
        for at, (kind, content, is_quoted) in enumerate(parts):
            if kind == VARIABLE:
                values = self.variable(content)
            elif kind == COMMAND:
                values = [self.substitute(content)]
            else:
                values = [content] if is_quoted or as_value else braces(content)
                is_home = at == 0 and not is_quoted and (content == "~" or content[:2] == "~/")
                values = [self.scope.home + values[0][1:]] if is_home else values
            if len(parts) == 1 and kind != TEXT and not is_quoted and not as_value:
                values = [word for value in values for word in value.split()]
                return values[:MOST_ALTERNATIVES]
            words = [word + value for word in words for value in values][:MOST_ALTERNATIVES]
        return words

    def variable(self, content: str) -> list[str]:
        """Return the values a variable may have, given the text between its braces."""
        name = content[: len(content) - len(content.lstrip(NAME_CHARS))]
        operation = content[len(name) :]
        if name == "PWD":
            values = [self.cwd or UNKNOWN]
        elif name == "OLDPWD":
            values = [self.previous_cwd]
        else:
            values = self.variables.get(name) or [UNKNOWN]
        if operation.lstrip(":")[:1] in ("-", "=") and values == [UNKNOWN]:
            return self.expand(Splitter(f'{operation.lstrip(":")[1:]}"').read_quoted())
        if operation[:1] == "%" and operation.endswith("*"):
            mark, is_greedy = operation.strip("%*"), operation.startswith("%%")
            return [cut_end(value, mark, is_greedy=is_greedy) for value in values]
        return values if not operation or operation[:1] in (":", "-") else [UNKNOWN]

    def substitute(self, source: str) -> str:
        """Follow a command substitution, and return what is known of its output."""
        inner = self.inner(self.cwd)
        inner.run(source)
        self.commands += inner.commands
        return inner.output.strip("\n")

    def inner(self, cwd: str) -> "SimulatedShell":
        """Return a shell within this one."""
        shell = SimulatedShell(self.scope, cwd, self.depth + 1)
        shell.variables |= self.variables
        return shell


def listed_paths(command: SimpleCommand) -> list[str]:
    """Return the places whose files a command lists for the next command in a pipe."""
    if command.program not in LISTING:
        return command.listed
    operands = [word for word in command.words[1:] if not word.startswith("-")]
    paths = [absolute(word, command.cwd) for word in operands if "/" in word or word == ".."]
    return [f"{path}/{UNKNOWN}" if command.program == "find" else path for path in paths if path]


def braces(text: str) -> list[str]:
    """Return the words of a brace expansion such as `a{b,c}`, or else the text itself."""
    start, end = text.find("{"), text.find("}")
    choices = text[start + 1 : end].split(",") if 0 <= start < end else []
    if len(choices) < 2 or "{" in text[start + 1 : end]:  # noqa: PLR2004 - a choice has two sides
        return [text]
    return [f"{text[:start]}{choice}{text[end + 1 :]}" for choice in choices][:MOST_ALTERNATIVES]


def cut_end(value: str, mark: str, *, is_greedy: bool) -> str:
    """Return a value without its end from `mark` on, as `${value%mark*}` does."""
    at = value.find(mark) if is_greedy else value.rfind(mark)
    return value[:at] if at >= 0 else value
