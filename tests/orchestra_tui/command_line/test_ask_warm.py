"""Commands that the daemon answers, and those that are left to the command line itself."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestra_tui.command_line import ask_warm
from orchestra_tui.command_line.ask_warm import answered_warm, plain_command
from tests.support.repositories import small_repository

SLOW = ("argparse", "asyncio", "dataclasses", "msgspec", "pathlib", "socket", "subprocess")


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, object]]:
    """What the daemon is asked; it answers `ANSWER`."""
    asked = list[Mapping[str, object]]()

    def ask(_: object, question: Mapping[str, object], __: float) -> dict[str, object]:
        asked.append(question)
        return dict(ANSWER)

    monkeypatch.setattr(ask_warm, "ask_daemon", ask)
    ANSWER.clear()
    ANSWER["text"] = "all is well\n"
    return asked


ANSWER: dict[str, object] = {}


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
        ("answer", ["r-1", "deny", "no way"], {"request": "r-1", "words": ["deny", "no way"]}),
    ],
)
def test_a_command_in_its_plain_form_is_understood_at_a_glance(
    name: str, arguments: list[str], command: dict[str, object]
) -> None:
    assert plain_command(name, arguments) == {"name": name, **command}


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
    ],
)
def test_any_other_form_is_left_to_the_parser_and_its_messages(
    name: str, arguments: list[str]
) -> None:
    assert plain_command(name, arguments) is None


def test_what_the_daemon_prints_is_printed(
    questions: list[Mapping[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), "status"], 7) == 0
    assert capsys.readouterr().out == "all is well\n"
    assert questions[0]["call"] == "command"
    assert questions[0]["command"] == {"name": "status", "root": str(shop), "typed_at": 7}
    assert questions[0]["common_dir"] == str(shop / ".git")


@pytest.mark.parametrize(("misused", "code"), [(True, 2), (False, 1)])
def test_the_daemons_error_goes_to_stderr_and_its_kind_is_the_exit_code(
    questions: list[Mapping[str, object]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    misused: object,
    code: int,
) -> None:
    ANSWER.update(error="there is no live chamber 'x'", misused=misused)
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), "resume", "x"], 7) == code
    assert capsys.readouterr().err == "orchestra: there is no live chamber 'x'\n"
    assert len(questions) == 1


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.usefixtures("questions")
def test_an_answer_that_a_full_disk_cannot_take_is_one_line_and_a_failure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    as_json: bool,
) -> None:
    ANSWER["json"] = as_json
    shop = small_repository(tmp_path / "shop").path
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert answered_warm(["-C", str(shop), "status"], 7) == 1
    expected = "orchestra: the output cannot be written (No space left on device)\n"
    assert capsys.readouterr().err == expected


def test_a_daemon_of_another_store_or_version_is_not_listened_to(
    questions: list[Mapping[str, object]], tmp_path: Path
) -> None:
    ANSWER["differs"] = "store"
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), "status"], 7) is None
    assert len(questions) == 1


@pytest.mark.parametrize(
    "arguments", [[], ["demo"], ["-C"], ["-C", "/nowhere", "status"], ["-C", "/", "status"]]
)
def test_the_daemon_is_not_asked_without_a_repository_or_for_other_commands(
    questions: list[Mapping[str, object]], arguments: list[str]
) -> None:
    assert answered_warm(arguments, 7) is None
    assert questions == []


def test_without_a_daemon_the_command_is_left_to_itself(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), "status"], 7) is None


def test_asking_imports_nothing_that_takes_as_long_as_the_answer() -> None:
    code = (
        "import orchestra_tui.command_line.__main__, orchestra_tui.command_line.ask_warm, sys\n"
        f"print(*(name for name in {SLOW!r} if name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout.split() == []
