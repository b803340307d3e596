"""Splits a shell's command line into the words of its simple commands.

It knows only part of a shell's grammar: enough to see what runs, and to tell text from commands.
"""

SEPARATORS = ";&|(){}`\n"


def simple_commands(command: str) -> list[list[str]]:
    """Return the words of each simple command, including those substituted within quotes."""
    commands, words, inner = [list[str]()], list[str](), list[str]()
    word, quote, is_open, escaped = "", "", False, False
    for character in f"{command}\n".replace("\\\n", " "):
        if escaped:
            word, is_open, escaped = word + character, True, False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            if character == quote:
                inner += [word] if quote == '"' else []
                quote = ""
            else:
                word += character
        elif character in "'\"":
            quote, is_open = character, True
        elif character.isspace() or character in SEPARATORS:
            words += [word] if word or is_open else []
            word, is_open = "", False
            if character in SEPARATORS:
                commands, words = [*commands, words], []
        else:
            word += character
    substitutions = [text for text in inner if "$(" in text or "`" in text]
    commands += [words for text in substitutions for words in simple_commands(text)[1:]]
    return [words for words in commands if words]
