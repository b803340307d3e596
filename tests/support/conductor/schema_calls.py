"""Generates calls from the schemas that a server lists, and from values that no schema allows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from hypothesis import strategies as st
from mcp.types import Tool
from msgspec import Struct

Arguments = dict[str, object]
Values = st.SearchStrategy[object]

HOSTILE = (
    *("", " ", ".", "..", "../x", "-rf", "--help", "a/b", "/etc/passwd", "~", "*", "a\0b", "HEAD"),
    *("x" * 300, "\n\n", "a\nb", "\r", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "[bold]x[/]"),
    *("\u202eabc", "\U0001f600" * 10, "ﬀ", "İ", "${HOME}", "$(id)", "`id`"),
    *("%s%n", "' OR 1=1 --", "{}", "null", "true", "0", ":(glob)**", "refs/heads/main", "@{-1}"),
    *("auth.lock", "a..b", "con", ".git/config", ".git", ".claude/settings.local.json", "a//b/"),
)
HUGE = "é" * 1_000_000
# Values that make a call succeed, by argument name: they are replaced by the present state.
TASK, NAMES = "$task", ("auth", "api", "db")
_FITTING: Mapping[str, Sequence[object]] = {
    "task_id": (TASK,),
    "chamber": NAMES,
    "chamber_names": (["auth"], ["api", "db"], ["auth", "api"], ["db"]),
    "module": NAMES,
    "affects": (["auth"], []),
    "agent_id": ("conductor", "implementation-executor-auth"),
    "agent_type": ("implementation-executor",),
    "base": ("", "HEAD", "main"),
    "briefs": ({"auth": "Do it"}, {}),
    "skeleton": (["src/new.py"], ["README.md"], ["docs/"], ["../x"], [".git/x"]),
    "phase": ("", "discovery", "implementation"),
    "working_directory": ("",),
    "path": ("", "README.md", "src/new.py"),
    "description": ("Add a login", "Add tags and search to the shop"),
    "interrupt_id": ("i-000000000000",),
}

_json: Values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.sampled_from(HOSTILE),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
_text: st.SearchStrategy[str] = st.sampled_from(HOSTILE) | st.text(
    st.characters(codec="utf-8"), max_size=40
)


@dataclass(frozen=True)
class ToolCall:
    """One call of a tool."""

    tool: str
    arguments: Arguments

    def on(self, task_id: str) -> Arguments:
        """Return the arguments with the task's id in its place."""
        return {name: task_id if value == TASK else value for name, value in self.arguments.items()}

    def __repr__(self) -> str:
        return f"{self.tool}({str(self.arguments)[:400]})"


class Schema(Struct, frozen=True, rename="camel"):
    """The part of JSON Schema that the tools use."""

    type: str = ""
    enum: tuple[str, ...] = ()
    any_of: tuple["Schema", ...] = ()
    items: "Schema | None" = None
    properties: dict[str, "Schema"] = {}
    required: tuple[str, ...] = ()


def schema_of(tool: Tool) -> Schema:
    """Return the server's schema of a tool's arguments."""
    return msgspec.convert(tool.input_schema, Schema)


def calls(tools: Sequence[Tool]) -> st.SearchStrategy[ToolCall]:
    """Return calls of any tool: most with arguments that fit, some with none that could."""
    return st.one_of([_calls_of(tool.name, schema_of(tool)) for tool in tools])


def _calls_of(tool: str, schema: Schema) -> st.SearchStrategy[ToolCall]:
    fitting = {
        name: _fitting(name, property_schema) for name, property_schema in schema.properties.items()
    }
    needed = {name: fitting[name] for name in schema.required}
    rest = {name: values for name, values in fitting.items() if name not in needed}
    mixed = {
        name: st.one_of(
            _plain(property_schema, _text | st.just(HUGE)), fitting[name], fitting[name], _json
        )
        for name, property_schema in schema.properties.items()
    }
    half = {name: mixed[name] for name in rest}
    made: tuple[st.SearchStrategy[Arguments], ...] = (
        st.fixed_dictionaries(needed, optional=rest),
        st.fixed_dictionaries(needed, optional=rest),
        st.fixed_dictionaries({name: mixed[name] for name in needed}, optional=half),
        st.fixed_dictionaries(dict[str, Values](), optional=mixed),
        st.builds(
            _with_more,
            st.fixed_dictionaries(needed),
            st.dictionaries(st.text(max_size=10), _json, max_size=2),
        ),
    )
    return st.builds(ToolCall, st.just(tool), st.one_of(made))


def _with_more(given: Arguments, more: Arguments) -> Arguments:
    return {**given, **more}


def _fitting(name: str, schema: Schema) -> Values:
    if name in _FITTING:
        return st.sampled_from(_FITTING[name])
    return _plain(schema, st.sampled_from(("Tokens expire after an hour", "built", "Look here")))


def _plain(schema: Schema, texts: Values) -> Values:
    """Return values that a schema allows, its texts from `texts`."""
    if schema.any_of:
        return st.one_of([_plain(option, texts) for option in schema.any_of])
    if schema.enum:
        return st.sampled_from(schema.enum)
    make: dict[str, Callable[[], Values]] = {
        "string": lambda: texts,
        "boolean": st.booleans,
        "integer": lambda: st.integers(-(2**65), 2**65),
        "number": lambda: st.floats(allow_nan=False, allow_infinity=False),
        "null": st.none,
        "array": lambda: st.lists(_plain(schema.items or Schema(), texts), max_size=4),
        "object": lambda: st.dictionaries(st.sampled_from(NAMES) | _text, texts, max_size=3),
    }
    return make[schema.type]() if schema.type in make else _json
