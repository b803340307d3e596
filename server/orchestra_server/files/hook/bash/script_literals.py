"""What a script in another language would write, as far as its literals show that.

It reads calls such as `open('x', 'w')`, `Path('x').write_text(…)` and `fs.writeFileSync('x', …)`
alike, in Python, JavaScript, Ruby, Perl and PHP: a literal, and how it or the variable it is
assigned to is used.
"""

from orchestra_server.files.hook.bash.shell_words import NAME_CHARS

OPENERS = ("open", "fopen", "openSync")
# Functions that change each path they get; copiers change all but the first.
CHANGERS_WORDS = (
    "remove unlink rename renames replace rmtree move mkdir makedirs rmdir symlink link chmod "
    "chown truncate utime mkdirSync rm rmSync unlinkSync renameSync rmdirSync mkpath rm_rf "
    "rm_r mkdir_p touch removeSync remove_tree make_path"
)
CHANGERS = frozenset(CHANGERS_WORDS.split())
# Functions that get the content too, after the path.
FILLERS_WORDS = (
    "writeFile writeFileSync appendFile appendFileSync createWriteStream file_put_contents "
    "outputFile WriteAllText writeTextFile writeTextFileSync"
)
FILLERS = frozenset(FILLERS_WORDS.split())
COPIERS_OF_CODE_WORDS = (
    "copy copy2 copyfile copytree copyFile copyFileSync cpSync cp symlinkSync ln_s writeLines"
)
COPIERS_OF_CODE = frozenset(COPIERS_OF_CODE_WORDS.split())
# Functions that only make another path, or a file object, from a path.
PASSING_WORDS = (
    "Path PurePath PosixPath join str resolve abspath realpath normpath expanduser File format "
    "new String"
)
PASSING = frozenset(PASSING_WORDS.split())
METHODS = (".write_text(", ".write_bytes(", ".unlink(", ".touch(", ".mkdir(", ".rmdir(")
DIRECT_METHODS = (".rename(", ".replace(", ".open('w", '.open("w', ".open('a", '.open("a')
RUNNERS_WORDS = (
    "system popen run call check_call check_output Popen exec execSync execFileSync spawnSync "
    "spawn getoutput shell_exec passthru"
)
RUNNERS = frozenset(RUNNERS_WORDS.split())
IDENTIFIER = f"{NAME_CHARS}."
MOST_LITERALS, MOST_JUDGED, MOST_USES = 10_000, 50, 20


class Literal:
    """A string in a script: where it begins and ends, including the quotes."""

    def __init__(self, start: int, end: int, value: str) -> None:
        self.start, self.end, self.value = start, end, value


def literals_of(code: str) -> list[Literal]:
    """Return the strings in a script; of a multi-line string only the first line."""
    literals, at = list[Literal](), 0
    while at < len(code) and len(literals) < MOST_LITERALS:
        quote = code[at]
        if quote not in "'\"`":
            at += 1
            continue
        mark = quote * 3 if code.startswith(quote * 3, at) else quote
        end = at + len(mark)
        while end < len(code) and not code.startswith(mark, end):
            end += 2 if code[end] == "\\" else 1
        literals.append(Literal(at, end + len(mark), code[at + len(mark) : end]))
        at = end + len(mark)
    return literals


def changed_literals(code: str, literals: list[Literal]) -> list[str]:
    """Return the literals that are, by their use, paths that the script writes."""
    paths, changed_names = list[str](), dict[str, bool]()
    for literal in literals[:MOST_JUDGED]:
        before, after = code[: literal.start].rstrip("fbru"), code[literal.end :]
        is_written = literal.value.startswith(">") or is_changed(before, after)
        name = "" if is_written else assigned_name(before)
        if name and name not in changed_names:
            changed_names[name] = any(
                is_changed(code[:at], code[at + len(name) :]) for at in uses(code, name)
            )
        if path_of(literal) and (is_written or changed_names.get(name)):
            paths.append(path_of(literal))
    return paths


def changed_folder(code: str, literals: list[Literal]) -> str:
    """Return the folder that a script changes into first, "" for none."""
    for literal in literals[:MOST_JUDGED]:
        name, argument, _ = enclosing_call(code[: literal.start].rstrip("fbru"))
        if not argument and name.rpartition(".")[2] in ("chdir", "setwd"):
            return literal.value
    return ""


def path_of(literal: Literal) -> str:
    """Return the path that a literal names; Perl's open has the mode before the path."""
    return literal.value.lstrip("> ") if literal.value.startswith(">") else literal.value


def commands_of(code: str, literals: list[Literal]) -> list[str]:
    """Return the shell commands that a script runs."""
    if not any(name in code for name in RUNNERS):
        return []
    given = literals[:MOST_JUDGED]
    commands = [
        literal.value for literal in given if runs_command(code[: literal.start].rstrip("fbru"))
    ]
    return commands + listed_commands(code, given)


def is_changed(before: str, after: str) -> bool:
    """Tell whether what is between two texts is a path that is written or removed."""
    while True:
        if word_before(before) in CHANGERS:
            return True
        name, argument, opening = enclosing_call(before)
        is_passed_on = name.rpartition(".")[2] in PASSING
        if (is_passed_on or not name) and is_receiver(after) and calls_writing_method(after):
            return True
        if not is_passed_on:
            return is_changed_by(name, argument, before, after)
        before, after = before[:opening].rstrip(IDENTIFIER), after_call(after)


def calls_writing_method(after: str) -> bool:
    """Tell whether a writing method is called in the statement after a path."""
    statement = after.partition("\n")[0].partition(";")[0]
    is_direct = after.lstrip(") ").startswith(DIRECT_METHODS)
    return is_direct or any(method in statement for method in METHODS)


def word_before(text: str) -> str:
    """Return the word before a literal that is an argument without parentheses: `unlink "x"`."""
    stripped = text.rstrip(" ")
    return stripped[len(stripped.rstrip(NAME_CHARS)) :] if stripped != text else ""


def is_changed_by(name: str, argument: int, before: str, after: str) -> bool:
    """Tell whether a call changes the path that is its argument with this number."""
    short_name = name.rpartition(".")[2]
    if short_name in OPENERS:
        previous = before.rstrip().rstrip(",").rstrip()
        is_opened_to_write = bool(argument) and previous.endswith(("'>'", '">"', "'>>'", '">>"'))
        return is_opened_to_write or (argument == 0 and is_writing_mode(after))
    if short_name in FILLERS or name == "File.write":
        return argument == 0
    if short_name in COPIERS_OF_CODE:
        return argument > 0
    return short_name in CHANGERS


def is_receiver(after: str) -> bool:
    """Tell whether a method called after a path belongs to the path, not to an argument."""
    depth = 0
    for character in after.partition("\n")[0]:
        if character == "." and depth <= 0:
            return True
        if character == "," and depth <= 0:
            return False
        depth += {"(": 1, ")": -1}.get(character, 0)
    return False


def is_writing_mode(after: str) -> bool:
    """Tell whether the argument after a path is a mode that writes."""
    rest = after.lstrip()
    if not rest.startswith(","):
        return False
    arguments = rest[1:].partition(")")[0]
    named = arguments.partition("mode=")[2]
    mode = (named or arguments.partition(",")[0]).strip()
    is_text = mode[:1] in ("'", '"')
    return is_text and (mode[1:2] in ("w", "a", "x", ">") or "+" in mode[1:4])


def enclosing_call(before: str) -> tuple[str, int, int]:
    """Return the call in whose arguments a text ends: its name, which argument, and where."""
    depth, argument = 0, 0
    for at in range(len(before) - 1, max(-1, len(before) - 2_000), -1):
        character = before[at]
        if character in ")]}":
            depth += 1
        elif character in "([{":
            if not depth:
                name = before[:at].rstrip()
                return (
                    name[len(name.rstrip(IDENTIFIER)) :] if character == "(" else "",
                    argument,
                    at,
                )
            depth -= 1
        elif character == "," and not depth:
            argument += 1
        elif character in ";\n" and not depth:
            break
    return "", 0, -1


def after_call(after: str) -> str:
    """Return the text after the parenthesis that closes a call."""
    depth = 0
    for at, character in enumerate(after):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return after[at + 1 :]
    return ""


def assigned_name(before: str) -> str:
    """Return the variable that a literal, perhaps within a call, is assigned to."""
    name, _, opening = enclosing_call(before)
    if name.rpartition(".")[2] in PASSING:
        before = before[:opening].rstrip(IDENTIFIER)
    before = before.rstrip()
    if not before.endswith("=") or before.endswith(("==", "!=", "<=", ">=")):
        return ""
    before = before[:-1].rstrip(" :")
    return before[len(before.rstrip(f"{NAME_CHARS}$")) :]


def uses(code: str, name: str) -> list[int]:
    """Return where a variable is used."""
    places, at = list[int](), code.find(name)
    while at >= 0 and len(places) < MOST_USES:
        end = at + len(name)
        is_whole = code[at - 1 : at] not in IDENTIFIER or at == 0
        is_whole = is_whole and (code[end : end + 1] not in NAME_CHARS or end == len(code))
        places += [at] if is_whole else []
        at = code.find(name, end)
    return places


def runs_command(before: str) -> bool:
    """Tell whether a literal is the command line that a call runs."""
    if word_before(before) in RUNNERS:
        return True
    name, argument, _ = enclosing_call(before)
    return argument == 0 and name.rpartition(".")[2] in RUNNERS


def listed_commands(code: str, literals: list[Literal]) -> list[str]:
    """Return the commands that are given as a list of words."""
    words_by_opening: dict[int, list[str]] = {}
    for literal in literals:
        before = code[: literal.start]
        name, _, opening = enclosing_call(before)
        if opening >= 0 and not name and code[opening] == "[" and runs_command(code[:opening]):
            words_by_opening.setdefault(opening, []).append(literal.value)
    quoted = [[f"'{word}'" for word in words] for words in words_by_opening.values()]
    return [" ".join(words) for words in quoted]
