"""Commands that the daemon answers, and those that are left to the command line itself."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from orchestra_server.operator_commands.chambers.chamber_command import ChamberCommand
from orchestra_tui.command_line.daemon_commands import send_to_daemon
from orchestra_tui.command_line.daemon_commands.send_to_daemon import answered_warm
from tests.support.git.repositories import small_repository

SLOW = ("argparse", "asyncio", "dataclasses", "msgspec", "pathlib", "socket", "subprocess")


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, object]]:
    """What the daemon is asked; it answers `ANSWER`."""
    asked = list[Mapping[str, object]]()

    def ask(_: object, question: Mapping[str, object], *__: object) -> dict[str, object]:
        asked.append(question)
        return dict(ANSWER)

    monkeypatch.setattr(send_to_daemon, "ask_daemon", ask)
    ANSWER.clear()
    ANSWER["text"] = "all is well\n"
    return asked


ANSWER: dict[str, object] = {}


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
        "import orchestra_tui.command_line.__main__, sys\n"
        "import orchestra_tui.command_line.daemon_commands.send_to_daemon\n"
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


def test_a_command_about_chambers_sends_the_daemon_its_environment_and_its_umask(
    questions: list[Mapping[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARK", "mine")
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), "diff", "auth"], 7) == 0
    asked = msgspec.convert(questions[0]["command"], ChamberCommand)
    assert asked.environ["MARK"] == "mine"
    assert asked.umask is not None
    assert not asked.terminal


@pytest.mark.parametrize(("words", "is_unbounded"), [(["status"], False), (["close", "a"], True)])
def test_only_a_command_that_runs_hooks_may_take_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], *, is_unbounded: bool
) -> None:
    told = list[object]()

    def ask(*arguments: object) -> dict[str, object]:
        told.append(arguments[3])
        return {"text": ""}

    monkeypatch.setattr(send_to_daemon, "ask_daemon", ask)
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), *words], 7) == 0
    assert [each is not None for each in told] == [is_unbounded]


def test_landing_shows_the_plan_and_then_what_happened(
    questions: list[Mapping[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ANSWER["question"] = "Land auth on main?"
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), "land", "-y"], 7) == 0
    asked = [msgspec.convert(each["command"], ChamberCommand).step for each in questions]
    assert asked == ["plan", "land"]
    assert capsys.readouterr().out == "all is well\n" * 2


def test_landing_that_needs_an_answer_is_left_to_the_command_where_nobody_can_be_asked(
    questions: list[Mapping[str, object]], tmp_path: Path
) -> None:
    shop = small_repository(tmp_path / "shop").path
    assert answered_warm(["-C", str(shop), "land"], 7) is None
    assert questions == []
