"""Splits a shell's text into words, operators and here-documents.

It knows a shell's quotes, substitutions and redirections, but not what the words mean.
"""

TEXT, VARIABLE, COMMAND = "text", "variable", "command"
Part = tuple[str, str, bool]  # its kind, its content, and whether it is quoted
# Longer operators first.
OPERATORS = (
    *("&>>", "<<<", "<<-"),
    *("<<", ">>", ">&", ">|", "<&", "<>", "&>", "&&", "||", ";;", "|&"),
    *(";", "&", "|", "(", ")", "<", ">", "\n"),
)
OPERATOR_STARTS = ";&|()<>\n"
WORD_ENDS = f" \t\r{OPERATOR_STARTS}"
PLAIN_ENDS = f"{WORD_ENDS}'\"\\$`"
NAME_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
SPECIAL_NAMES = "@*#?$!-"
ESCAPED_IN_QUOTES = '$`"\\'
ANSI_C = {"n": "\n", "t": "\t", "r": "\r"}


class Token:
    """A word or an operator; `body` is the text of the here-document it begins."""

    def __init__(self, operator: str, parts: list[Part]) -> None:
        self.operator, self.parts, self.body = operator, parts, list[Part]()


class Splitter:
    """Reads tokens from a text, one after the other; the end of the text closes an open quote."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.open_documents = list[tuple[Token, bool]]()  # the operator, and whether to strip tabs

    def tokens(self, *, is_nested: bool = False) -> list[Token]:
        """Return all tokens, or those up to an unmatched closing parenthesis.

        The word after `<<` stays a word; its operator has the document.
        """
        tokens, depth = list[Token](), 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\r":
                self.at += 1
            elif self.text.startswith("\\\n", self.at):
                self.at += 2
            elif character == "#":
                end = self.text.find("\n", self.at)
                self.at = end if end >= 0 else len(self.text)
            elif character in OPERATOR_STARTS and self.text[self.at : self.at + 2] not in (
                "<(",
                ">(",
            ):
                depth += {"(": 1, ")": -1}.get(character, 0)
                if is_nested and depth < 0:
                    break
                self.read_operator(tokens)
            else:
                tokens.append(Token("", self.read_word()))
        return tokens

    def read_operator(self, tokens: list[Token]) -> None:
        """Read one operator; after a newline come the here-documents begun on that line."""
        operator = next(
            operator for operator in OPERATORS if self.text.startswith(operator, self.at)
        )
        self.at += len(operator)
        is_redirection = operator[0] in "<>" or operator in ("&>", "&>>")
        if is_redirection and tokens and is_descriptor(tokens[-1], self.text, self.at, operator):
            tokens.pop()
        tokens.append(Token(operator, []))
        if operator in ("<<", "<<-"):
            self.open_documents.append((tokens[-1], operator == "<<-"))
        if operator == "\n":
            self.read_documents(tokens)

    def read_documents(self, tokens: list[Token]) -> None:
        """Read the here-documents whose operators were on the line that has just ended."""
        for operator, strips_tabs in self.open_documents:
            at = tokens.index(operator) + 1
            parts = tokens[at].parts if at < len(tokens) else []
            delimiter = "".join(content for _, content, _ in parts)
            lines = list[str]()
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = end if end >= 0 else len(self.text)
                line, self.at = self.text[self.at : end], end + 1
                line = line.lstrip("\t") if strips_tabs else line
                if line == delimiter:
                    break
                lines.append(line)
            body = "\n".join(lines)
            is_literal = any(is_quoted for _, _, is_quoted in parts)
            has_commands = "$" in body or "`" in body
            operator.body = (
                [(TEXT, body, True)]
                if is_literal or not has_commands
                else Splitter(f'{body}"').read_quoted()
            )
        self.open_documents.clear()

    def read_word(self) -> list[Part]:
        """Read the parts of one word."""
        parts = list[Part]()
        text = self.text
        while self.at < len(text) and (
            text[self.at] not in WORD_ENDS or (not parts and text[self.at] in "<>")
        ):
            character, start = text[self.at], self.at
            if character in "<>" or character == "`":
                self.at += 1
                content = self.read_backquoted() if character == "`" else self.read_command()
                parts.append((COMMAND, content, False))
            elif character == "'":
                end = text.find("'", start + 1)
                end = end if end >= 0 else len(text)
                parts.append((TEXT, text[start + 1 : end], True))
                self.at = end + 1
            elif character == '"':
                self.at += 1
                parts += self.read_quoted()
            elif character == "\\":
                self.at += 2
                if text.startswith("\n", start + 1):
                    continue
                parts += [(TEXT, text[start + 1 : start + 2], True)] if text[start + 1 :] else []
            elif character == "$":
                parts += self.read_dollar(is_quoted=False)
            else:
                while self.at < len(text) and text[self.at] not in PLAIN_ENDS:
                    self.at += 1
                parts.append((TEXT, text[start : self.at], False))
        return parts

    def read_quoted(self) -> list[Part]:
        """Read up to the closing double quote."""
        parts, text, plain = list[Part](), self.text, ""
        while self.at < len(text) and text[self.at] != '"':
            character = text[self.at]
            if character == "\\" and text[self.at + 1 : self.at + 2] in ESCAPED_IN_QUOTES:
                plain += text[self.at + 1 : self.at + 2]
                self.at += 2
            elif character in "$`":
                parts += [(TEXT, plain, True)] if plain else []
                plain = ""
                if character == "$":
                    parts += self.read_dollar(is_quoted=True)
                else:
                    self.at += 1
                    parts.append((COMMAND, self.read_backquoted(), True))
            else:
                plain += character
                self.at += 1
        self.at += 1
        return [*parts, (TEXT, plain, True)]

    def read_dollar(self, *, is_quoted: bool) -> list[Part]:
        """Read what begins with a dollar sign: a variable, a command, or just the sign."""
        text = self.text
        following = text[self.at + 1 : self.at + 2]
        self.at += 1
        if text.startswith("((", self.at):
            end = text.find("))", self.at)
            self.at = end + 2 if end >= 0 else len(text)
            return [(VARIABLE, "", is_quoted)]
        if following == "(":
            return [(COMMAND, self.read_command(), is_quoted)]
        if following == "{":
            return [(VARIABLE, self.read_braces(), is_quoted)]
        if following and following in SPECIAL_NAMES + "'" * (not is_quoted):
            self.at += 1
            special: Part = (VARIABLE, following, is_quoted)
            return [(TEXT, self.read_ansi_c(), True)] if following == "'" else [special]
        start = self.at
        while self.at < len(text) and text[self.at] in NAME_CHARS:
            self.at += 1
        name = text[start : self.at]
        is_sign = not name and (following != '"' or is_quoted)
        sign: list[Part] = [(TEXT, "$", True)] if is_sign else []
        return [(VARIABLE, name, is_quoted)] if name else sign

    def read_command(self) -> str:
        """Read a command in parentheses, from the opening one on, and return its text."""
        self.at += 1
        start = self.at
        self.tokens(is_nested=True)
        self.at += 1
        return self.text[start : self.at - 1]

    def read_braces(self) -> str:
        """Read what is between the braces of a variable."""
        text, depth, start = self.text, 0, self.at + 1
        while self.at < len(text):
            character = text[self.at]
            if character == "\\":
                self.at += 1
            depth += {"{": 1, "}": -1}.get(character, 0)
            if not depth:
                break
            self.at += 1
        self.at += 1
        return text[start : self.at - 1]

    def read_backquoted(self) -> str:
        """Read up to the closing backquote."""
        content = ""
        while self.at < len(self.text) and self.text[self.at] != "`":
            self.at += 1 if self.text[self.at] == "\\" else 0
            content += self.text[self.at : self.at + 1]
            self.at += 1
        self.at += 1
        return content

    def read_ansi_c(self) -> str:
        """Read up to the closing quote of `$'…'`."""
        content = ""
        while self.at < len(self.text) and self.text[self.at] != "'":
            character = self.text[self.at]
            if character == "\\":
                self.at += 1
                escaped = self.text[self.at : self.at + 1]
                character = ANSI_C.get(escaped, escaped)
            content += character
            self.at += 1
        self.at += 1
        return content


def is_descriptor(token: Token, text: str, at: int, operator: str) -> bool:
    """Tell whether a word directly before a redirection only names its file descriptor."""
    if token.operator or len(token.parts) != 1 or operator[0] == "&":
        return False
    _, content, is_quoted = token.parts[0]
    is_adjacent = text.endswith(content, 0, at - len(operator))
    is_name = content.startswith("{") and content.endswith("}")
    return not is_quoted and is_adjacent and (content.isdecimal() or is_name)
