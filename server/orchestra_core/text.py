"""Makes text from agents and people safe to store and to show: it is data, never markup.

Limits count characters, not bytes: they keep a room and a prompt readable.
"""

import re
from collections.abc import Iterable

from orchestra_core.errors import BadInput

DESCRIPTION_LIMIT = 20_000
MESSAGE_LIMIT = 8_000
LINE_LIMIT = 2_000

# ECMA-48 control sequences (CSI), operating system commands (OSC) and two-byte escapes.
_ESCAPE_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[@-Z\\-_]|\x9b[0-?]*[ -/]*[@-~]"
)
# C0 and C1 controls except tab and newline, and the Unicode marks that reorder a line (UAX #9).
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Return `text` without escape sequences, control and reordering marks, as valid Unicode.

    A lone surrogate becomes U+FFFD; line ends become `\n`.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ESCAPE_SEQUENCES.sub("", text)
    text = _UNSEEN.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def as_lines(lines: Iterable[str]) -> str:
    """Join lines into a text to print, without anything a terminal would act on."""
    return "".join(f"{clean(line)}\n" for line in lines)


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` cleaned, its white space folded, cut with an ellipsis at `limit` characters."""
    folded = " ".join(clean(text).split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


def quoted(text: str) -> str:
    """Return `text` cleaned, each line after `> `, so that none passes for Orchestra's own.

    Every character that a reader may take for a line end, such as U+2028, starts a new line.
    """
    return "\n".join(f"> {clean(line)}" for line in text.splitlines() or [""])


def required(name: str, text: str, limit: int) -> str:
    """Return `text` cleaned and stripped; raises BadInput when it is empty or above `limit`."""
    if len(text) > limit:
        raise BadInput(
            f"{name} has {len(text):,} characters and at most {limit:,} are allowed; "
            "shorten it and keep long material in a file"
        )
    cleaned = clean(text).strip()
    if not cleaned:
        raise BadInput(f"{name} is empty; give at least one word")
    return cleaned


def optional(name: str, text: str, limit: int) -> str:
    """Return `text` like `required`, but an empty text is allowed."""
    return required(name, text, limit) if text.strip() else ""
