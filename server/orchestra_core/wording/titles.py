"""A task's short title: the beginning of its request."""

import re

from orchestra_core.text import one_line

_LENGTH = 48  # characters
_LEAST = 8
_END = re.compile(r"[.;:!?](?:\s|$)|\s[-\u2013\u2014]\s|\n")


def task_title(description: str) -> str:
    """Return a request's first sentence, cut between words to 48 characters at most.

    A sentence of less than eight characters is too short: the next one is added.
    """
    text = description.strip()
    end = next((match for match in _END.finditer(text) if match.start() >= _LEAST), None)
    sentence = one_line(text[: end.start()] if end else text, _LENGTH + 1)
    if len(sentence) <= _LENGTH:
        return sentence
    words, _, _ = sentence[:_LENGTH].rpartition(" ")
    return f"{words or sentence[: _LENGTH - 1]}…"
