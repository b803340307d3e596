"""Makes pictures of the room look right in any browser, without the network.

Rich's pictures fetch a font. Without it a browser uses another one, in which box lines do not meet
from row to row: here borders are drawn as lines, and no font is fetched.
"""

import re

_CELL, _ROW = 12.2, 24.4  # the size of a cell in pictures that rich exports
_ABOVE = 18.5  # from a row's upper edge to the base of its text
_ROUND = 5.0
_OVER = 0.5  # by which upright lines overlap: a text's place is rounded, and rows would not meet
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
_FONTS = '"Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace'
_COLORS = re.compile(r"\.(terminal-[\w-]*r\d+) \{ fill: (#\w+)")
_BORDER = re.compile(
    r'<text class="(?P<tone>[\w-]+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="[\d.]+" '
    r'clip-path="[^"]*">(?P<text>[│─╭╮╰╯]+)(?:&#160;)*</text>'
)


def offline(svg: str) -> str:
    """Return the picture with its borders as lines, and without a font to fetch."""
    svg = _FONT_FACES.sub("\n", svg)
    svg = svg.replace("font-family: Fira Code, monospace;", f"font-family: {_FONTS};")
    colors = dict(_COLORS.findall(svg))
    return _BORDER.sub(lambda rule: _drawn(rule, colors), svg)


def _drawn(rule: re.Match[str], colors: dict[str, str]) -> str:
    left, top = float(rule["x"]), float(rule["y"]) - _ABOVE
    parts = (_line_of(char, left + at * _CELL, top) for at, char in enumerate(rule["text"]))
    color = colors.get(rule["tone"], "#888888")
    return f'<path d="{"".join(parts)}" fill="none" stroke="{color}" stroke-width="1.5"/>'


def _line_of(char: str, left: float, top: float) -> str:
    """Return the path of one box-drawing character."""
    x, y = left + _CELL / 2, top + _ROW / 2
    right, bottom = left + _CELL, top + _ROW
    match char:
        case "│":
            return f"M{x:.1f} {top - _OVER:.1f}V{bottom + _OVER:.1f}"
        case "─":
            return f"M{left:.1f} {y:.1f}H{right:.1f}"
        case _:
            to_x = right if char in "╭╰" else left
            to_y = bottom + _OVER if char in "╭╮" else top - _OVER
            near_y = y + _ROUND if to_y > y else y - _ROUND
            near_x = x + _ROUND if to_x > x else x - _ROUND
            bend = f"Q{x:.1f} {y:.1f} {near_x:.1f} {y:.1f}"
            return f"M{x:.1f} {to_y:.1f}V{near_y:.1f}{bend}H{to_x:.1f}"
