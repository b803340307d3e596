"""Style sheets parsed once for all applications of a test process."""

from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet


def share_parsed_styles(patch: pytest.MonkeyPatch) -> None:
    """Let each application use the rules that another one with the same colors has parsed.

    Textual keeps them for one application, and parses its own widgets' styles several times in it.
    """
    parse: Any = vars(Stylesheet)["_parse_rules"]
    rules_of: dict[tuple[Any, ...], Any] = {}

    def parse_once(self: Any, *arguments: Any, **named: Any) -> Any:
        variables = frozenset(self._variables.items())
        key = (variables, arguments, frozenset(named.items()))
        if key not in rules_of:
            rules_of[key] = parse(self, *arguments, **named)
        return rules_of[key]

    patch.setattr(Stylesheet, "_parse_rules", parse_once)
