"""Splits the words after a program into options and operands."""

Options = list[tuple[str, str]]  # each with its value, "" without one


def split_options(
    words: list[str], valued: tuple[str, ...], *, stops: bool = False
) -> tuple[Options, list[str]]:
    """Return the options, and the rest; options in `valued` take the next word as value.

    With `stops`, everything from the first operand on is the rest, as for a program that runs
    another.
    """
    options, operands, at = Options(), list[str](), 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            return options, operands + words[at:]
        if not word.startswith("-") or word == "-":
            if stops:
                return options, words[at - 1 :]
            operands.append(word)
        elif word in valued:
            options.append((word, words[at] if at < len(words) else ""))
            at += 1
        elif word.startswith("--"):
            name, _, value = word.partition("=")
            options.append((name, value))
        else:
            at += read_cluster(word, words[at : at + 1], valued, options)
    return options, operands


def read_cluster(word: str, following: list[str], valued: tuple[str, ...], options: Options) -> int:
    """Read combined short options; return how many following words are a value."""
    for place, letter in enumerate(word[1:], start=2):
        if f"-{letter}" not in valued:
            options.append((f"-{letter}", word[place:]))
            continue
        value = word[place:]
        options.append((f"-{letter}", value or "".join(following)))
        return 0 if value else len(following)
    return 0


def values_of(options: Options, names: tuple[str, ...]) -> list[str]:
    """Return the values of the options with these names."""
    return [value for name, value in options if name in names and value]


def has_option(options: Options, names: tuple[str, ...]) -> bool:
    """Tell whether one of these options is given."""
    return any(name in names for name, _ in options)
