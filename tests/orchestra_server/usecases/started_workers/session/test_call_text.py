"""The arguments of a tool call: what it is about comes first, the rest by name."""

from collections.abc import Mapping

import pytest

from orchestra_server.usecases.started_workers.session.call_text import call_text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, ""),
        ({"command": "ls"}, "ls"),
        (
            {"description": "Run them", "timeout": 5, "command": "make test"},
            "make test\ndescription: Run them\ntimeout: 5",
        ),
        ({"file_path": "/shop/src/a.py", "limit": 20}, "src/a.py\nlimit: 20"),
        ({"file_path": "/shopping/a.py"}, "/shopping/a.py"),
        (
            {"file_path": "/shop/a.py", "content": "x = 1\ny = 2\n"},
            "a.py\ncontent:\n    x = 1\n    y = 2",
        ),
        ({"path": "/shop/src", "pattern": "TODO"}, "TODO\npath: src"),
        ({"pattern": "TODO", "path": "/shop"}, "TODO\npath: ."),
        ({"path": "/shop/src"}, "src"),
        ({"pattern": "TODO", "glob": "", "multiline": False}, "TODO\nmultiline: false"),
        ({"todos": ["a"]}, '["a"]'),
        ({"task": "x", "files": ["a", "b"]}, 'task: x\nfiles: ["a","b"]'),
    ],
)
def test_what_a_call_is_about_comes_first_and_the_rest_by_name(
    arguments: Mapping[str, object], text: str
) -> None:
    assert call_text(arguments, "/shop") == text
