"""Which commands are understood at a glance, and which are left to the parser."""

import pytest

from orchestra_tui.command_line.daemon_commands.parse_command import parse_command


@pytest.mark.parametrize(
    ("name", "arguments", "command"),
    [
        ("status", [], {}),
        ("status", ["--json"], {"json": True}),
        ("interrupt", ["auth", "Use PR 12"], {"chamber": "auth", "text": "Use PR 12"}),
        (
            "interrupt",
            ["--requires", "stop", "auth", "--task", "t-1", "x"],
            {"chamber": "auth", "text": "x", "requires": "stop", "task": "t-1"},
        ),
        ("interrupt", ["--cancel", "i-1"], {"cancel": "i-1"}),
        ("resume", ["auth"], {"chamber": "auth"}),
        ("start", ["auth", "Go", "--agent", "x"], {"chamber": "auth", "text": "Go", "agent": "x"}),
        ("stop", ["auth"], {"chamber": "auth"}),
        ("answer", [], {"words": []}),
        ("answer", ["--json"], {"json": True, "words": []}),
        ("answer", ["r-1"], {"request": "r-1", "words": []}),
        (
            "create",
            ["auth", "api", "--title", "Add a login", "--start", "--policy", "all"],
            {
                "chambers": ["auth", "api"],
                "title": "Add a login",
                "start": True,
                "policy": "all",
            },
        ),
        ("diff", ["auth", "--all", "--stat"], {"chamber": "auth", "part": "all", "stat": True}),
        (
            "land",
            ["-y", "--only", "auth", "api", "-m", "Done", "--only", "web"],
            {"yes": True, "only": ["auth", "api", "web"], "summary": "Done"},
        ),
        ("land", ["t-1", "--dry-run", "--json"], {"task": "t-1", "dry_run": True, "json": True}),
        ("close", ["t-1/auth", "--confirm"], {"chamber": "t-1/auth", "confirm": True}),
        ("answer", ["r-1", "deny", "no way"], {"request": "r-1", "words": ["deny", "no way"]}),
    ],
)
def test_a_command_in_its_plain_form_is_understood_at_a_glance(
    name: str, arguments: list[str], command: dict[str, object]
) -> None:
    assert parse_command(name, arguments) == {"name": name, **command}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("status", ["--help"]),
        ("status", ["too much"]),
        ("answer", ["--follow"]),
        ("answer", ["r-1", "deny", "--quick"]),
        ("interrupt", []),
        ("interrupt", ["auth"]),
        ("interrupt", ["auth", ""]),
        ("interrupt", ["auth", "--", "-x"]),
        ("interrupt", ["auth", "x", "--requires"]),
        ("interrupt", ["auth", "x", "--requires", "dance"]),
        ("interrupt", ["auth", "x", "--cancel", "i-1"]),
        ("interrupt", ["auth", "x", "--requires=stop"]),
        ("resume", []),
        ("resume", ["auth", "web"]),
        ("create", []),
        ("create", ["auth", "--task", "t-1", "--title", "x"]),
        ("diff", ["auth", "--all", "--uncommitted"]),
        ("land", ["t-1", "t-2"]),
        ("land", ["--only"]),
        ("land", ["--only", "auth", "--", "api"]),
        ("land", ["--summary", "--yes"]),
        ("land", ["--only", "auth", "", "api"]),
        ("close", ["auth", "--task", "--confirm"]),
    ],
)
def test_any_other_form_is_left_to_the_parser_and_its_messages(
    name: str, arguments: list[str]
) -> None:
    assert parse_command(name, arguments) is None
