"""Reads the JSON of a report, of which the shell keeps the beginning where it is long."""

from orchestra_server.files.hook.json_files import Json, parse

KEPT_BYTES = 65_536  # of a client's JSON
_LONGEST_ESCAPE = 12  # characters: two halves of a character beyond the first 65,536


def parse_report(raw: bytes) -> Json:
    """Return the value of a client's JSON, and of a long one's beginning what is there.

    Raises ValueError for JSON that is still being written.
    """
    try:
        return parse(raw)
    except ValueError:
        if len(raw) != KEPT_BYTES:
            raise
    words = raw.decode(errors="ignore")
    in_string, between_values = completions(words)
    try:
        return parse(in_string.encode())
    except ValueError:  # the string was to be a name
        return parse(between_values.encode())


def completions(words: str) -> tuple[str, str]:
    """Return the beginning of JSON made whole: with its last string, and without its last value."""
    closers, place = "", 0
    before_value = ("", "")  # the words up to the last complete value, and what closes them
    while place < len(words):
        character = words[place]
        if character == '"':
            end = string_end(words, place + 1)
            if end < 0:
                cut = without_cut_escape(words, place + 1)
                return f'{cut}"{closers}', "".join(before_value)
            place = end
            continue
        if character in "{[":
            closers = ("}" if character == "{" else "]") + closers
            before_value = (words[: place + 1], closers)
        elif character in "}]":
            closers = closers[1:]
        elif character == ",":
            before_value = (words[:place], closers)
        place += 1
    whole = "".join(before_value)  # a number may have had more digits
    return whole, whole


def string_end(words: str, start: int) -> int:
    """Return the place after the quote that ends a string, -1 for a string that is cut."""
    end = start - 1
    while (end := words.find('"', end + 1)) >= 0:
        if backslashes_before(words, end) % 2 == 0:
            return end + 1
    return -1


def backslashes_before(words: str, place: int) -> int:
    """Return how many backslashes stand right before a place."""
    first = place
    while words[first - 1] == "\\":
        first -= 1
    return place - first


def without_cut_escape(words: str, start: int) -> str:
    """Return the words without the escapes at the end of their last string, which begins there."""
    escape = words.find("\\", max(start, len(words) - _LONGEST_ESCAPE))
    if escape < 0:
        return words
    return words[: escape - backslashes_before(words, escape) % 2]
