"""JSON and small files, read without trust and written whole or not at all."""

import _json
import os

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Fields = dict[str, Json]
SCANNER = vars(_json)["make_scanner"]  # what the module json is built on, without that module


class Rules:
    """How the scanner reads JSON, as the module json would tell it."""

    strict = False
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def parse(raw: bytes) -> Json:
    """Return what JSON says; anything else is a ValueError."""
    words = raw.decode().strip()
    try:
        value, end = SCANNER(Rules())(words, 0)
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
    """Return a string, "" for anything else."""
    return value if isinstance(value, str) else ""


def object_of(value: Json) -> Fields:
    """Return a JSON object, {} for anything else."""
    return value if isinstance(value, dict) else {}


def items_of(value: Json) -> list[Json]:
    """Return the items of a list, [] for anything else."""
    return value if isinstance(value, list) else []


def one_line(words: str, limit: int) -> str:
    """Return words without line ends and control characters, cut to a limit."""
    return "".join(filter(str.isprintable, " ".join(words[: 10 * limit].split())))[:limit]


def safe(name: str) -> str:
    """Return a client's id as part of a file's name."""
    kept = (one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in name)
    return "".join(kept)


def read_file(path: str) -> bytes:
    """Return what a file holds; a symlink is an OSError and a pipe holds nobody up."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read()


def read_json(path: str) -> Fields:
    """Return the JSON object in a file, {} for anything else."""
    try:
        return object_of(parse(read_file(path)))
    except (OSError, ValueError):
        return {}


def write_json(path: str, fields: Fields) -> None:
    """Write a JSON object whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = os.path.join(os.path.dirname(path), f".orchestra-tmp-{os.getpid()}")
    with open(temporary, "w", encoding="ascii") as file:
        file.write(dump(fields))
    os.replace(temporary, path)


def remove(path: str) -> None:
    """Remove a file; another hook may have been quicker."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
