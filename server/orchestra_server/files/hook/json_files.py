"""JSON and small files: checked when read, and written as a whole or not at all."""

import _json
import os

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Fields = dict[str, Json]
SCANNER = vars(_json)["make_scanner"]  # the C scanner that the module json uses
# Control characters except tab, and the marks that reorder a line: Orchestra removes the same ones.
RANGES = ((0, 8), (10, 31), (127, 159), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069))
UNSEEN = dict.fromkeys([0x61C, *(code for start, end in RANGES for code in range(start, end + 1))])


class ScannerOptions:
    """The options that the module json would pass to the scanner."""

    strict = False
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def parse(raw: bytes) -> Json:
    """Return the value of JSON; raises ValueError."""
    words = raw.decode().strip()
    try:
        value, end = SCANNER(ScannerOptions())(words, 0)
    except StopIteration:
        raise ValueError from None
    if end != len(words):
        raise ValueError
    return value


def dump(value: Json) -> str:
    """Return a value as JSON in ASCII."""
    if isinstance(value, str):
        return _json.encode_basestring_ascii(value)
    if isinstance(value, dict):
        members = (f"{dump(name)}: {dump(member)}" for name, member in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(dump, value))}]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def text(value: Json) -> str:
    """Return `value` if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def object_of(value: Json) -> Fields:
    """Return `value` if it is an object, else {}."""
    return value if isinstance(value, dict) else {}


def items_of(value: Json) -> list[Json]:
    """Return `value` if it is a list, else []."""
    return value if isinstance(value, list) else []


def quoted(words: str) -> str:
    """Return words with "> " before each line, without control and reordering characters."""
    lines = words.splitlines() or [""]
    return "\n".join(f"> {line.translate(UNSEEN)}" for line in lines)


def one_line(words: str, limit: int) -> str:
    """Return `words` on one line, without control characters, cut to `limit` characters."""
    return "".join(filter(str.isprintable, " ".join(words[: 10 * limit].split())))[:limit]


def file_name_part(name: str) -> str:
    """Return a client's id as part of a file name, with "_" for every unusual character."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)


def read_file(path: str) -> bytes:
    """Return the content of a file; a symlink is an OSError, and a pipe does not block."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read()


def read_json(path: str) -> Fields:
    """Return the JSON object in a file, {} if there is none."""
    try:
        return object_of(parse(read_file(path)))
    except (OSError, ValueError):
        return {}


def write_json(path: str, fields: Fields) -> None:
    """Replace a file with a JSON object; a reader sees the old or the new content."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = os.path.join(os.path.dirname(path), f".orchestra-tmp-{os.getpid()}")
    with open(temporary, "w", encoding="ascii") as file:
        file.write(dump(fields))
    os.replace(temporary, path)


def remove(path: str) -> None:
    """Remove a file that another hook may already have removed."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
