"""Joins the modules of `hook/` into the one installed file, which needs only the standard library.

It is one file so that a person can read it from top to bottom, and because each further import
would cost every hook time. Here it is several modules, each with its own subject and tests.
"""

import ast
import re
from functools import cache
from pathlib import Path
from textwrap import wrap

# Each module uses only the ones before it.
SECTIONS = (
    "json_files",
    "cut_report",
    "find_reader",
    "take_mail",
    "spool",
    "answer_events",
    "closed_chamber",
    "isolation_guard",
    "bash/shell_words",
    "bash/write_scope",
    "bash/command_output",
    "bash/simulated_shell",
    "bash/program_options",
    "bash/program_writes",
    "bash/git_shared_state",
    "bash/git_writes",
    "bash/wrappers",
    "bash/script_literals",
    "bash/inline_scripts",
    "bash/bash_writes",
    "bash_guard",
    "tool_guard",
    "requests/request_rules",
    "requests/ask_operator",
    "other_clients",
    "run_hook",
)
_FOLDER = Path(__file__).parents[1] / "hook"
_WIDTH = 100
_HEAD = re.compile(r'"""[\s\S]*?"""\n(?:\n|(?:import|from) (?:[^(\n]*|[^(\n]*\([^)]*\))\n)*')


@cache
def hook_source() -> str:
    """Return the text of the one file: the package's docstring, imports, a section per module."""
    introduction = (_FOLDER / "__init__.py").read_text(encoding="utf-8")
    imports = set[str]()
    sections = list[str]()
    for name in SECTIONS:
        source = (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
        module = ast.parse(module_head(source))
        heads = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
        imports |= {ast.unparse(node) for node in heads if isinstance(node, ast.Import)}
        rest = source.splitlines()[max(node.end_lineno or 0 for node in heads or module.body[:1]) :]
        body = "\n".join(rest).strip("\n")
        begins_with_constants = body[0].isupper() or body.startswith("#")
        gap = "\n\n" if begins_with_constants else "\n\n\n"
        sections.append(f"{_heading(ast.get_docstring(module) or '')}{gap}{body}\n")
    return "\n\n".join(("\n".join((introduction, *sorted(imports))), *sections))


def module_head(source: str) -> str:
    """Return a module's docstring and imports; the tree of all of it takes a mebibyte and more."""
    head = _HEAD.match(source)
    return head.group() if head else source


def _heading(docstring: str) -> str:
    """Return a module's docstring as the comment that begins its section."""
    title, _, rest = docstring.partition("\n\n")
    return "\n".join(f"# {line}" for line in (f"--- {title}", *wrap(rest, _WIDTH - 2)))
