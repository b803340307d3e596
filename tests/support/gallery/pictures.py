"""The text of a picture: what a person would read from an exported screen."""

import html
import re

_CELL = 12.2  # the width of a character in pictures that rich exports
_PART = re.compile(r'<text class="[^"]*-r\d+" x="([\d.]+)"[^>]*-line-(\d+)\)">([^<]*)</text>')


def text_of(svg: str) -> str:
    """Return the screen in an exported picture, line by line; wide characters may shift a line."""
    lines: dict[int, str] = {}
    for x, number, text in _PART.findall(svg):
        line = lines.get(int(number), "").ljust(round(float(x) / _CELL))
        lines[int(number)] = line + html.unescape(text).replace("\xa0", " ")
    return "\n".join(lines.get(number, "") for number in range(max(lines, default=0) + 1))
