"""The documents name only what there is: paths, links, make targets, commands and their options."""

import re
from pathlib import Path

import pytest

from orchestra_tui.command_line.arguments import read_options
from tests.support.document_names import (
    commands_in,
    links_in,
    make_targets_in,
    missing_paths,
    paths_in,
)

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "AGENTS.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
PACKAGES = [
    *(ROOT / name for name in ("orchestra_tui", "server")),
    *(ROOT / "server" / name for name in ("orchestra_core", "orchestra_server")),
]
DECISIONS = ROOT / "docs" / "decisions"
_A_WRONG_DOCUMENT = """
See `orchestra_core/models.py`, `usecases/no_such_module.py`, `tools/call_nobody.py` and
`no_such_folder/`; `.claude/x.json` is a chamber's, `tools/call` a method.
[a link](no/such/page.md), `make nothing`, `orchestra nothing`:

```
$ orchestra status --nothing   # and make nowhere
```
"""


def _name(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


@pytest.fixture(params=DOCUMENTS, ids=_name)
def document(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def _help(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    with pytest.raises(SystemExit):
        read_options([*command, "--help"])
    return capsys.readouterr().out


def _wrong_commands(text: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    commands = {"", *re.findall(r"^    (\w+)  +\w", _help(capsys), re.MULTILINE)}
    wrong: list[str] = []
    for command, options in commands_in(text):
        if command not in commands:
            wrong.append(command)
            continue
        described = _help(capsys, *filter(None, [command]))
        wrong += [f"{command} {option}" for option in options if option not in described]
    return wrong


def test_every_path_named_in_the_documents_exists(document: Path) -> None:
    paths = paths_in(document.read_text(encoding="utf-8"))
    assert missing_paths(paths, [ROOT, *PACKAGES]) == []


def test_every_link_in_the_documents_leads_to_a_file(document: Path) -> None:
    links = links_in(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_make_target_named_in_the_documents_exists(document: Path, targets: set[str]) -> None:
    named = make_targets_in(document.read_text(encoding="utf-8"))
    assert sorted(set(named) - targets) == []


def test_every_command_and_option_named_in_the_documents_exists(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _wrong_commands(document.read_text(encoding="utf-8"), capsys) == []


def test_the_index_of_decisions_lists_every_page_once() -> None:
    listed = links_in((DECISIONS / "README.md").read_text(encoding="utf-8"))
    pages = sorted(page.name for page in DECISIONS.glob("[0-9]*.md"))
    assert pages
    assert sorted(link for link in listed if re.match(r"\d", link)) == pages


def test_a_document_with_wrong_names_fails_each_check(
    targets: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    missing = missing_paths(paths_in(_A_WRONG_DOCUMENT), [ROOT, *PACKAGES])
    assert missing == ["usecases/no_such_module.py", "tools/call_nobody.py", "no_such_folder/"]
    assert links_in(_A_WRONG_DOCUMENT) == ["no/such/page.md"]
    assert set(make_targets_in(_A_WRONG_DOCUMENT)) - targets == {"nothing", "nowhere"}
    assert _wrong_commands(_A_WRONG_DOCUMENT, capsys) == ["nothing", "status --nothing"]


def test_the_checks_find_paths_targets_and_commands_in_the_documents(targets: set[str]) -> None:
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert len(set(paths_in(text))) > len(PACKAGES)
    assert targets & set(make_targets_in(text))
    assert {command for command, _ in commands_in(text)} > {"init", "demo"}
